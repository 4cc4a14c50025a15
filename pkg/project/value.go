package project

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Spot is where a value stands: in a module or in a configuration file.
type Spot struct {
	Module *Module
	Config *Config
	Place  pysrc.Range
	Text   string
}

// File returns the path of the file that holds the value.
func (s Spot) File() string {
	if s.Config != nil {
		return s.Config.Name
	}
	return s.Module.Name
}

// Line returns the 1-based line of the value.
func (s Spot) Line() int {
	if s.Config != nil {
		return s.Config.Line(s.Place.Start)
	}
	return s.Module.File.Line(s.Place.Start)
}

// A Value is what an expression stands for, as far as the source tells: an
// expression of a module, or an entry of a configuration file.
type Value struct {
	m       *Module
	expr    pysrc.Expr
	items   []item // set on the name that held it
	class   *pysrc.Class
	file    bool // the module m itself
	config  *Config
	path    []string
	modules Modules
	deep    int // how many displays it was taken out of
}

// Literal returns the place of a number, a plain string or a constant.
func (v Value) Literal() (Spot, bool) {
	if v.config != nil {
		return v.config.at(v.path)
	}
	switch e := v.expr.(type) {
	case *pysrc.Number, *pysrc.Constant:
	case *pysrc.String:
		if !e.Plain {
			return Spot{}, false
		}
	case *pysrc.Unary:
		if _, ok := e.X.(*pysrc.Number); !ok || e.Op != "-" {
			return Spot{}, false
		}
	default:
		return Spot{}, false
	}
	return Spot{Module: v.m, Place: v.expr.Span(), Text: v.m.File.Text(v.expr)}, true
}

// deepest is how many displays within each other are looked into: a list may
// hold itself.
const deepest = 5

// Elements are those of a tuple or a list.
func (v Value) Elements() (found []Value, ok bool) { return v.elements(farthest) }

func (v Value) elements(steps int) (found []Value, ok bool) {
	if v.deep > deepest {
		return nil, false
	}
	if v.config != nil {
		for i := 0; ; i++ {
			e, there := v.config.entry(append(slices.Clone(v.path), strconv.Itoa(i)))
			if !there {
				return found, i > 0
			}
			found = append(found, e)
		}
	}
	elements, ok := Elements(v.expr)
	for _, e := range elements {
		element := v.m.value(e, v.modules, steps)
		element.deep = v.deep + 1
		found = append(found, element)
	}
	return found, ok
}

// Expr is the expression in its module, nil for an entry of a configuration file.
func (v Value) Expr() (*Module, pysrc.Expr) { return v.m, v.expr }

// Entries are the values of a dict by their keys; all is false where there may
// be others. A key that is set twice is known and has no value.
func (v Value) Entries() (found map[string]Value, all bool) { return v.entries(farthest) }

func (v Value) entries(steps int) (found map[string]Value, all bool) {
	found = map[string]Value{}
	if steps <= 0 {
		return found, false
	}
	if v.config != nil {
		return v.config.entries(v.path), true
	}
	all = true
	literals, ok := literals(v.expr)
	if !ok {
		return found, false
	}
	for _, l := range literals {
		if l.key == "" {
			more, known := v.m.value(l.value, v.modules, steps-1).entries(steps - 1)
			all = all && known
			for k, e := range more {
				found[k] = e
			}
			continue
		}
		found[l.key] = v.m.value(l.value, v.modules, steps-1)
	}
	for _, i := range v.items {
		if i.key == "" {
			return map[string]Value{}, false
		}
		if _, twice := found[i.key]; twice || i.value == nil {
			found[i.key] = Value{m: v.m, expr: i.unknown()}
			continue
		}
		found[i.key] = v.m.value(i.value, v.modules, steps-1)
	}
	return found, all
}

// holders are calls whose keyword arguments become entries or attributes.
var holders = []string{"dict", "SimpleNamespace", "Namespace", "EasyDict", "edict", "Munch", "DotMap", "Box", "AttrDict", "OrderedDict"}

// literals are the entries of {...}, dict(...) or a namespace; a spread has no key.
func literals(e pysrc.Expr) (found []item, ok bool) {
	switch d := e.(type) {
	case *pysrc.Dict:
		for i, k := range d.Keys {
			if k == nil {
				found = append(found, item{value: d.Values[i]})
			} else if s, plain := k.(*pysrc.String); plain && s.Plain {
				found = append(found, item{key: s.Value, value: d.Values[i]})
			}
		}
		return found, true
	case *pysrc.Call:
		if !slices.Contains(holders, LastName(d.Func)) || len(d.Args) > 1 {
			return nil, false
		}
		for _, a := range d.Args {
			found = append(found, item{value: a})
		}
		for _, k := range d.Keywords {
			found = append(found, item{key: k.Arg, value: k.Value})
		}
		return found, true
	}
	return nil, false
}

// item is base[key].
func (v Value) item(key string, steps int) (Value, bool) {
	if v.config != nil {
		if slices.ContainsFunc(v.items, func(i item) bool { return i.key == "" || i.key == key }) {
			return Value{}, false // the program sets it to something else
		}
		return v.config.entry(append(slices.Clone(v.path), key))
	}
	if c, ok := v.expr.(*pysrc.Call); ok && v.class == nil && strings.HasPrefix(LastName(c.Func), "parse_") {
		return option(key, v.modules, steps)
	}
	entries, _ := v.entries(steps)
	found, ok := entries[key]
	return found, ok
}
