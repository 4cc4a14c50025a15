package project

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// attribute follows base.attr: an entry of a module, of a class or its object,
// of a namespace, of the command line or of a configuration file.
func (m *Module) attribute(e *pysrc.Attribute, modules Modules, steps int) (Value, bool) {
	switch c := m.around(e.Start); {
	case c == nil:
	case Dotted(e.Value) == "self":
		return m.field(c, nil, e.Attr, modules, steps)
	case Dotted(e.Value) == "self.hparams":
		return m.hyper(c, e.Attr, modules, steps)
	}
	if full := Dotted(e); full != "" && m.scopeAt(e.Start).home(Root(full)) == nil && m.Imports[Root(full)] != "" {
		return m.elsewhere(m.Imports[Root(full)]+full[len(Root(full)):], modules, steps) // config.LR, config.Train.LR
	}
	if base, ok := m.base(e.Value, modules, steps); ok {
		switch {
		case base.class != nil:
			made, _ := base.expr.(*pysrc.Call)
			return base.m.field(base.class, made, e.Attr, modules, steps)
		case base.file:
			return base.m.entry(e.Attr, modules, steps)
		}
		return base.item(e.Attr, steps)
	}
	return option(e.Attr, modules, steps)
}

// base follows what stands before a dot; a class may as well.
func (m *Module) base(e pysrc.Expr, modules Modules, steps int) (Value, bool) {
	if n, ok := e.(*pysrc.Name); ok {
		if home := m.scopeAt(n.Start).home(n.ID); home != nil && home.class == nil {
			if c := m.class(n.ID); c != nil && len(home.binds[n.ID]) == 1 {
				return Value{m: m, class: c, modules: modules}, true
			}
		}
	}
	return m.follow(e, modules, steps)
}

// entry follows an attribute of a file: what another file sets it to, else what it
// is bound to there.
func (m *Module) entry(attr string, modules Modules, steps int) (Value, bool) {
	var from *Module
	var set []store
	for _, other := range modules {
		for _, s := range other.stores[attr] {
			base := Dotted(s.target.Value)
			if file, ok := other.Local(other.Imports[Root(base)]+base[len(Root(base)):], modules.Has); ok && other.Imports[Root(base)] != "" && file == m.Name {
				from, set = other, append(set, s)
			}
		}
	}
	switch {
	case len(set) == 0:
		return m.global(attr, modules, steps)
	case len(set) > 1 || set[0].value == nil:
		return Value{}, false
	}
	return from.follow(set[0].value, modules, steps)
}

// hyper follows what save_hyperparameters of Lightning keeps: a parameter.
func (m *Module) hyper(c *pysrc.Class, name string, modules Modules, steps int) (Value, bool) {
	for _, s := range m.scopes {
		if s.def == nil || s.def.Name != "__init__" || s.parent.class != c {
			continue
		}
		i := s.parameter(name)
		saves := slices.ContainsFunc(m.Calls, func(c *pysrc.Call) bool {
			return Dotted(c.Func) == "self.save_hyperparameters" && c.Start >= s.within.Start && c.End <= s.within.End
		})
		if i >= 0 && saves {
			return m.passed(s.def, i, modules, steps)
		}
	}
	return Value{}, false
}

// class is the one class of a name.
func (m *Module) class(name string) (found *pysrc.Class) {
	for _, s := range m.scopes {
		if s.class != nil && s.class.Name == name {
			if found != nil {
				return nil
			}
			found = s.class
		}
	}
	return found
}

// around is the class whose method holds an offset.
func (m *Module) around(at int) *pysrc.Class {
	for s := m.scopeAt(at); s != nil; s = s.parent {
		if s.class != nil {
			return s.class
		}
	}
	return nil
}

// made is the class of the project that a call makes an object of.
func (m *Module) made(c *pysrc.Call, modules Modules) Value {
	home, name := m.definer(c, modules)
	if home == nil {
		return Value{}
	}
	return Value{m: home, class: home.class(name), modules: modules}
}

// field follows an attribute that is set once: by self.attr = value in a method,
// by the call that makes the object, or in the body of the class.
func (m *Module) field(c *pysrc.Class, made *pysrc.Call, attr string, modules Modules, steps int) (Value, bool) {
	var own []store
	for _, other := range modules {
		for _, s := range other.stores[attr] {
			switch {
			case Dotted(s.target.Value) != "self":
				return Value{}, false // set from outside
			case other == m && s.target.Start >= c.Start && s.target.End <= c.End:
				own = append(own, s)
			}
		}
	}
	var inBody *scope
	hasInit := false
	for _, s := range m.scopes {
		if s.class == c {
			inBody = s
		}
		hasInit = hasInit || s.def != nil && s.def.Name == "__init__" && s.parent != nil && s.parent.class == c
	}
	if len(own) == 1 && own[0].value != nil {
		return m.follow(own[0].value, modules, steps)
	}
	if len(own) > 0 || inBody == nil {
		return Value{}, false
	}
	if returns, ok := property(c, attr); ok {
		if len(returns) != 1 {
			return Value{}, false
		}
		return m.follow(returns[0], modules, steps)
	}
	if made != nil && !hasInit { // a dataclass
		if given := Argument(made, attr, -1); given != nil || len(made.Args) > 0 || Open(made) {
			return Value{}, false
		}
	}
	b, _, ok := inBody.reaching(attr, inBody.within.End, inBody)
	if !ok {
		return Value{}, false
	}
	return m.follow(b.value, modules, steps)
}

// Set lists the values that the class around self.attr gives it in its methods.
func (m *Module) Set(e *pysrc.Attribute) (values []pysrc.Expr) {
	c := m.around(e.Start)
	for _, s := range m.stores[e.Attr] {
		if c != nil && s.value != nil && Dotted(s.target.Value) == "self" && m.around(s.target.Start) == c {
			values = append(values, s.value)
		}
	}
	return values
}

// property is what the function returns that stands for an attribute of a class.
func property(c *pysrc.Class, attr string) (returns []pysrc.Expr, ok bool) {
	for _, s := range c.Body {
		d, isDef := s.(*pysrc.Def)
		if isDef && d.Name == attr && slices.ContainsFunc(d.Decorators, func(e pysrc.Expr) bool { return strings.HasSuffix(LastName(e), "property") }) {
			return gives(d), true
		}
	}
	return nil, false
}

// passed follows what the program's one call of a function gives for a
// parameter, else the default.
func (m *Module) passed(d *pysrc.Def, i int, modules Modules, steps int) (Value, bool) {
	p, called, pos := d.Params[i], d.Name, i
	if d.Params[0].Name == "self" {
		pos--
	}
	if d.Name == "__init__" {
		called = m.ClassOf(d)
	}
	var from *Module
	var given pysrc.Expr
	for _, other := range modules {
		for _, c := range other.Calls {
			value, handed := handed(c, called, p.Name, pos)
			switch {
			case !handed:
			case Open(c), value != nil && given != nil:
				return Value{}, false // cannot be told, or several values
			case value != nil:
				from, given = other, value
			}
		}
	}
	if given != nil {
		return from.follow(given, modules, steps)
	}
	if p.Kind == "**" {
		return m.spread(d, called, modules)
	}
	if p.Kind != "" {
		return Value{}, false
	}
	if p.Default == nil {
		return m.decorated(d, i, modules, steps)
	}
	return m.follow(p.Default, modules, steps)
}

// spread are the keywords of the program's one call of a function that no parameter
// of it takes: what **kwargs is.
func (m *Module) spread(d *pysrc.Def, called string, modules Modules) (Value, bool) {
	var from *Module
	var rest *pysrc.Dict
	for _, other := range modules {
		for _, c := range other.Calls {
			made := Partial(c)
			if LastName(made.Func) != called {
				continue
			}
			if rest != nil || Open(made) {
				return Value{}, false
			}
			from, rest = other, &pysrc.Dict{Range: c.Range}
			for _, k := range made.Keywords {
				if !slices.ContainsFunc(d.Params, func(p *pysrc.Param) bool { return p.Name == k.Arg }) {
					rest.Keys = append(rest.Keys, &pysrc.String{Range: k.Range, Value: k.Arg, Plain: true})
					rest.Values = append(rest.Values, k.Value)
				}
			}
		}
	}
	return Value{m: from, expr: rest, modules: modules}, rest != nil
}

// decorated is what a decorator gives for a parameter: the default of a click
// option, the configuration of Hydra.
func (m *Module) decorated(d *pysrc.Def, i int, modules Modules, steps int) (Value, bool) {
	for _, e := range d.Decorators {
		c, ok := e.(*pysrc.Call)
		if ok && i == 0 && m.Canonical(c) == "hydra.main" {
			return m.composed(c, modules)
		}
		if ok && LastName(c.Func) == "option" && makes(c, d.Params[i].Name) {
			if given := Argument(c, "default", -1); given != nil {
				return m.follow(given, modules, steps)
			}
		}
	}
	return Value{}, false
}

// ClassOf names the class that a method belongs to.
func (m *Module) ClassOf(d *pysrc.Def) string {
	for _, s := range m.scopes {
		if s.class != nil && slices.Contains(s.class.Body, pysrc.Stmt(d)) {
			return s.class.Name
		}
	}
	return ""
}
