package project

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Spot is where a value stands in the source.
type Spot struct {
	Module *Module
	Place  pysrc.Range
	Text   string
}

// farthest is how many names a value is followed through.
const farthest = 6

// Number follows an expression to the one literal that decides its value: the
// literal itself, a constant assigned once, what is passed for a parameter or
// its default, an argparse default, an entry of a dict, a name of another file.
func (m *Module) Number(e pysrc.Expr, modules Modules) (Spot, bool) {
	return m.follow(e, modules, farthest)
}

func (m *Module) follow(e pysrc.Expr, modules Modules, steps int) (Spot, bool) {
	if steps == 0 {
		return Spot{}, false
	}
	switch e := e.(type) {
	case *pysrc.Number:
		return Spot{m, e.Range, m.File.Text(e)}, true
	case *pysrc.Name:
		if d, i := m.Parameter(e); d != nil {
			return m.passed(d, i, modules, steps-1)
		}
		if full, ok := m.Imports[e.ID]; ok {
			return m.elsewhere(full, modules, steps-1)
		}
		return m.constant(e.ID, modules, steps-1)
	case *pysrc.Attribute:
		base, ok := e.Value.(*pysrc.Name)
		if ok && m.Imports[base.ID] != "" { // config.LR
			return m.elsewhere(m.Imports[base.ID]+"."+e.Attr, modules, steps-1)
		}
		if ok && base.ID != "self" { // args.lr
			return option(e.Attr, modules)
		}
	case *pysrc.Subscript: // config['lr']
		base, named := e.Value.(*pysrc.Name)
		key, ok := e.Index.(*pysrc.String)
		if named && ok && key.Plain {
			if value := m.Entries(base.ID)[key.Value]; value != nil {
				return m.follow(value, modules, steps-1)
			}
		}
	}
	return Spot{}, false
}

// elsewhere follows a name into another file of the project.
func (m *Module) elsewhere(full string, modules Modules, steps int) (Spot, bool) {
	file, ok := m.Local(full, modules.Has)
	if !ok {
		return Spot{}, false
	}
	return modules[file].constant(full[strings.LastIndexByte(full, '.')+1:], modules, steps)
}

// constant follows a name that is bound exactly once in the file.
func (m *Module) constant(name string, modules Modules, steps int) (Spot, bool) {
	assigns := m.Assigns[name]
	if len(assigns) != 1 || m.Bound[name] != 1 || assigns[0].Op != "=" || assigns[0].Value == nil {
		return Spot{}, false
	}
	return m.follow(assigns[0].Value, modules, steps)
}

// Parameter returns the function whose parameter a name is, and which one.
func (m *Module) Parameter(name *pysrc.Name) (*pysrc.Def, int) {
	for _, d := range slices.Backward(m.Defs) { // the innermost begins last
		if name.Start < d.Start || name.End > d.End {
			continue
		}
		for i, p := range d.Params {
			if p.Name == name.ID {
				return d, i
			}
		}
	}
	return nil, 0
}

// passed follows what the program's one call of a function gives for a
// parameter, else the default.
func (m *Module) passed(d *pysrc.Def, i int, modules Modules, steps int) (Spot, bool) {
	p, called, pos := d.Params[i], d.Name, i
	if len(d.Params) > 0 && d.Params[0].Name == "self" {
		pos--
	}
	if d.Name == "__init__" {
		called = m.classOf(d)
	}
	var from *Module
	var given pysrc.Expr
	for _, other := range modules {
		for _, c := range other.Calls {
			name := Dotted(c.Func)
			if name[strings.LastIndexByte(name, '.')+1:] != called {
				continue
			}
			value := Argument(c, p.Name, pos)
			switch {
			case Open(c), value != nil && given != nil:
				return Spot{}, false // cannot be told, or several values
			case value != nil:
				from, given = other, value
			}
		}
	}
	if given != nil {
		return from.follow(given, modules, steps)
	}
	if p.Kind != "" || p.Default == nil {
		return Spot{}, false
	}
	return m.follow(p.Default, modules, steps)
}

// classOf names the class that a method belongs to.
func (m *Module) classOf(d *pysrc.Def) (name string) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		c, ok := n.(*pysrc.Class)
		if ok && slices.Contains(c.Body, pysrc.Stmt(d)) {
			name = c.Name
		}
		return name == ""
	})
	return name
}

// option finds the default of the one argparse option of a name.
func option(name string, modules Modules) (at Spot, found bool) {
	seen := 0
	for _, m := range modules {
		for _, c := range m.Calls {
			a, ok := c.Func.(*pysrc.Attribute)
			if !ok || a.Attr != "add_argument" || !makes(c, name) {
				continue
			}
			seen++
			if n, ok := Argument(c, "default", -1).(*pysrc.Number); ok {
				at, found = Spot{m, n.Range, m.File.Text(n)}, true
			}
		}
	}
	return at, found && seen == 1
}

// makes tells whether an add_argument call is that of an attribute.
func makes(c *pysrc.Call, name string) bool {
	if dest, ok := Argument(c, "dest", -1).(*pysrc.String); ok {
		return dest.Value == name
	}
	return slices.ContainsFunc(c.Args, func(e pysrc.Expr) bool {
		s, ok := e.(*pysrc.String)
		return ok && strings.HasPrefix(s.Value, "--") && strings.ReplaceAll(s.Value[2:], "-", "_") == name
	})
}

// Entries are the values of a dict that a name holds, by their keys: given in
// braces, as dict(a=1), or one by one; a key that is set twice is left out.
func (m *Module) Entries(name string) map[string]pysrc.Expr {
	if len(m.Assigns[name]) != 1 || m.Bound[name] != 1 {
		return nil
	}
	found := Literals(m.Assigns[name][0].Value)
	for _, a := range m.Items[name] {
		key := a.Targets[0].(*pysrc.Subscript).Index.(*pysrc.String).Value
		if _, twice := found[key]; twice || a.Op != "=" {
			found[key] = nil
			continue
		}
		found[key] = a.Value
	}
	return found
}

// Literals are the entries of {...} or dict(...).
func Literals(e pysrc.Expr) map[string]pysrc.Expr {
	found := map[string]pysrc.Expr{}
	switch d := e.(type) {
	case *pysrc.Dict:
		for i, k := range d.Keys {
			if s, ok := k.(*pysrc.String); ok && s.Plain {
				found[s.Value] = d.Values[i]
			}
		}
	case *pysrc.Call:
		if Dotted(d.Func) == "dict" {
			for _, k := range d.Keywords {
				found[k.Arg] = k.Value
			}
		}
	}
	return found
}
