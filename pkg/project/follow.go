package project

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// farthest is how many names a value is followed through.
const farthest = 12

// Value follows an expression to what decides it: a literal, a constant that is
// bound once, what is passed for a parameter or its default, an attribute of a
// class or of an object, an argparse default, an entry of a dict, of another
// file or of a configuration file.
func (m *Module) Value(e pysrc.Expr, modules Modules) Value { return m.value(e, modules, farthest) }

func (m *Module) value(e pysrc.Expr, modules Modules, steps int) Value {
	v, ok := m.follow(e, modules, steps)
	if !ok {
		v = Value{m: m, expr: e}
	}
	v.modules = modules
	return v
}

// Number follows an expression to the one number without a sign that decides it.
func (m *Module) Number(e pysrc.Expr, modules Modules) (Spot, bool) {
	v := m.Value(e, modules)
	if _, ok := v.expr.(*pysrc.Number); !ok {
		return Spot{}, false
	}
	return v.Literal()
}

func (m *Module) follow(e pysrc.Expr, modules Modules, steps int) (Value, bool) {
	if steps <= 0 {
		return Value{}, false
	}
	steps--
	switch e := e.(type) {
	case *pysrc.Number, *pysrc.Constant, *pysrc.String, *pysrc.Unary, *pysrc.Dict, *pysrc.List, *pysrc.Tuple:
		return Value{m: m, expr: e, modules: modules}, true
	case *pysrc.Walrus:
		return m.follow(e.Value, modules, steps)
	case *pysrc.Name:
		return m.name(e.ID, e.Start, modules, steps)
	case *pysrc.Attribute:
		return m.attribute(e, modules, steps)
	case *pysrc.Subscript:
		base, ok := m.follow(e.Value, modules, steps)
		if !ok {
			return Value{}, false
		}
		if key, ok := m.word(e.Index, modules, steps); ok {
			return base.item(key, steps)
		}
		if index, ok := e.Index.(*pysrc.Number); ok {
			elements, _ := base.elements(steps)
			i, err := strconv.Atoi(m.File.Text(index))
			if err == nil && i < len(elements) && len(base.items) == 0 {
				return elements[i], true
			}
		}
	case *pysrc.Call:
		return m.called(e, modules, steps)
	}
	return Value{}, false
}

// Word is the text that an expression stands for, of a string or an entry of a
// configuration file.
func (m *Module) Word(e pysrc.Expr, modules Modules) (string, bool) {
	return m.word(e, modules, farthest)
}

func (m *Module) word(e pysrc.Expr, modules Modules, steps int) (string, bool) {
	v, ok := m.follow(e, modules, steps)
	if !ok {
		return "", false
	}
	if s, ok := v.expr.(*pysrc.String); ok {
		return s.Value, s.Plain
	}
	at, ok := v.Literal()
	return strings.Trim(at.Text, `'"`), ok && at.Config != nil
}

// name follows a name as it is read at an offset.
func (m *Module) name(name string, at int, modules Modules, steps int) (Value, bool) {
	here := m.scopeAt(at)
	home := here.home(name)
	if home == nil {
		if full, ok := m.Imports[name]; ok {
			return m.elsewhere(full, modules, steps)
		}
		for _, star := range m.Stars {
			if v, ok := m.elsewhere(star+"."+name, modules, steps); ok {
				return v, true
			}
		}
		return Value{}, false
	}
	if i := home.parameter(name); i >= 0 {
		if len(home.binds[name]) > 0 {
			return Value{}, false
		}
		v, ok := m.passed(home.def, i, modules, steps)
		v.items = append(v.items, home.items[name]...)
		return v, ok
	}
	b, until, ok := home.reaching(name, at, here)
	if !ok || b.value != nil && b.value.Span().Start <= at && at < b.value.Span().End {
		return Value{}, false // x = [x, 1] says nothing of the x in it
	}
	v, ok := m.follow(b.value, modules, steps)
	for _, s := range m.scopes {
		for _, i := range s.items[name] {
			if s.home(name) == home && i.at > b.at && i.at < until {
				v.items = append(v.items, i)
			}
		}
	}
	return v, ok
}

// elsewhere follows a dotted name into another file of the project.
func (m *Module) elsewhere(full string, modules Modules, steps int) (Value, bool) {
	file, ok := m.Local(full, modules.Has)
	if !ok || steps <= 0 {
		return Value{}, false
	}
	other := modules[file]
	name := Last(full)
	if strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".py") == name && len(other.scopes[0].binds[name]) == 0 {
		return Value{m: other, file: true, modules: modules}, true
	}
	return other.entry(name, modules, steps-1) // files may import each other
}

// global follows a name of the file as others see it.
func (m *Module) global(name string, modules Modules, steps int) (Value, bool) {
	if c := m.class(name); c != nil {
		return Value{m: m, class: c, modules: modules}, true
	}
	return m.name(name, len(m.File.Src), modules, steps)
}

// converting are the functions that give what they are given in another form.
var converting = []string{"int", "float", "str", "list", "vars", "asdict"}

// called follows a call: a conversion, a lookup with a default, an object, or a
// function of the project that returns one thing.
func (m *Module) called(c *pysrc.Call, modules Modules, steps int) (Value, bool) {
	if v, ok := m.loaded(c, modules); ok {
		return v, true
	}
	self := Value{m: m, expr: c, modules: modules}
	name := LastName(c.Func)
	a, method := c.Func.(*pysrc.Attribute)
	switch {
	case slices.Contains(holders, name), name == "getattr":
		return self, true
	case len(c.Args) == 1 && (name == "deepcopy" || name == "create" || !method && slices.Contains(converting, name)):
		return m.follow(c.Args[0], modules, steps)
	case name == "getenv" && len(c.Args) == 2:
		return m.follow(c.Args[1], modules, steps)
	case method && (name == "items" || name == "copy") && len(c.Args) == 0:
		return m.follow(a.Value, modules, steps)
	case method && (name == "get" || name == "pop") && len(c.Args) > 0:
		return m.get(a.Value, c, modules, steps)
	case method && (name == "parse_args" || name == "parse_known_args"):
		return self, true
	case (name == "field" || name == "Field") && Argument(c, "default_factory", -1) != nil:
		return m.manufactured(Argument(c, "default_factory", -1), modules, steps)
	case name == "Option" || name == "Argument" || name == "Field" || name == "field":
		given := Argument(c, "default", -1)
		if given == nil && len(c.Args) > 0 {
			given = c.Args[0]
		}
		return m.follow(given, modules, steps)
	}
	if made := m.made(c, modules); made.class != nil {
		made.expr = c
		return made, true
	}
	return m.returned(c, modules, steps)
}

// manufactured is what the function gives that makes a default: an object of a
// class, what a lambda says.
func (m *Module) manufactured(by pysrc.Expr, modules Modules, steps int) (Value, bool) {
	if l, ok := by.(*pysrc.Lambda); ok {
		return m.follow(l.Body, modules, steps)
	}
	made := m.made(&pysrc.Call{Range: by.Span(), Func: by}, modules)
	return made, made.class != nil
}

// get is base.get(key, default).
func (m *Module) get(on pysrc.Expr, c *pysrc.Call, modules Modules, steps int) (Value, bool) {
	key, ok := c.Args[0].(*pysrc.String)
	if !ok {
		return Value{}, false
	}
	if base, ok := m.follow(on, modules, steps); ok {
		if v, ok := base.item(key.Value, steps); ok {
			return v, true
		}
		if entries, all := base.entries(steps); !all || entries[key.Value].m != nil {
			return Value{}, false
		}
	} else if !strings.HasSuffix(Dotted(on), "environ") {
		return Value{}, false
	}
	if len(c.Args) < 2 {
		return Value{}, false
	}
	return m.follow(c.Args[1], modules, steps)
}

// definer is the file of the project that has what a call calls, and its name
// there; nil for what is imported from elsewhere.
func (m *Module) definer(c *pysrc.Call, modules Modules) (home *Module, name string) {
	dotted := Dotted(c.Func)
	full, imported := m.Imports[Root(dotted)]
	if !imported {
		return m, Last(dotted)
	}
	file, local := m.Local(full, modules.Has)
	if !local {
		return nil, ""
	}
	return modules[file], Last(dotted)
}

// returned follows a call of a function of the project that has one return.
func (m *Module) returned(c *pysrc.Call, modules Modules, steps int) (Value, bool) {
	home, name := m.definer(c, modules)
	if home == nil {
		return Value{}, false
	}
	var returns []pysrc.Expr
	for _, d := range home.Defs {
		if d.Name == name && home.ClassOf(d) == "" {
			returns = append(returns, gives(d)...)
		}
	}
	if len(returns) != 1 {
		return Value{}, false
	}
	return home.follow(returns[0], modules, steps)
}

// gives is what a function returns.
func gives(d *pysrc.Def) (returns []pysrc.Expr) {
	pysrc.Walk(d, func(n pysrc.Node) bool {
		if s, ok := n.(*pysrc.Simple); ok && s.Keyword == "return" {
			returns = append(returns, s.Exprs...)
		}
		return true
	})
	return returns
}
