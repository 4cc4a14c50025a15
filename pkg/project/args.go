package project

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Given is what the command line gives the argument that a call of argparse, or
// of the flags of absl, adds: empty for a switch, ok false where it gives none.
func (m *Module) Given(c *pysrc.Call) (value string, ok bool) {
	if Positional(c) {
		found, at := m.untaken(), slices.Index(m.addressed(Positional), c)
		if at < 0 || at >= len(found) {
			return "", false
		}
		return found[at], true
	}
	for i, arg := range m.Args {
		for _, spelled := range Spellings(c) {
			switch rest, joined := strings.CutPrefix(arg, spelled+"="); {
			case joined:
				value, ok = rest, true
			case arg == spelled && takes(c) && i+1 < len(m.Args):
				value, ok = m.Args[i+1], true
			case arg == spelled:
				value, ok = "", true
			}
		}
	}
	return value, ok
}

// given is what the command line gives the attribute of argparse's result, empty
// where it gives none.
func given(name string, modules Modules) string {
	for _, m := range modules {
		for _, c := range m.Calls {
			if LastName(c.Func) == "add_argument" && makes(c, name) {
				value, _ := m.Given(c)
				return value
			}
		}
	}
	return ""
}

// Positional tells whether an argument of argparse is known by its place.
func Positional(c *pysrc.Call) bool {
	if LastName(c.Func) != "add_argument" || len(c.Args) == 0 {
		return false
	}
	s, ok := c.Args[0].(*pysrc.String)
	return ok && s.Value != "" && s.Value[0] != '-'
}

// Spellings are the names of an option: -d, --dataset.
func Spellings(c *pysrc.Call) (names []string) {
	for _, e := range c.Args {
		s, ok := e.(*pysrc.String)
		switch {
		case !ok:
		case strings.HasPrefix(LastName(c.Func), "DEFINE_"):
			return []string{"-" + s.Value, "--" + s.Value}
		default:
			names = append(names, s.Value)
		}
	}
	return names
}

// untaken are the arguments of the command line that no option takes.
func (m *Module) untaken() (found []string) {
	taken := false
	for _, arg := range m.Args {
		switch {
		case strings.HasPrefix(arg, "-"):
			valued := func(c *pysrc.Call) bool { return slices.Contains(Spellings(c), arg) && takes(c) }
			taken = len(m.addressed(valued)) > 0
		case taken:
			taken = false
		default:
			found = append(found, arg)
		}
	}
	return found
}

// takes tells whether an option is followed by a value, as it is without an action
// like store_true.
func takes(c *pysrc.Call) bool {
	action, ok := Argument(c, "action", -1).(*pysrc.String)
	return Argument(c, "action", -1) == nil || ok && (action.Value == "store" || action.Value == "append")
}

// addressed are the arguments of argparse that are of a kind, in their order.
func (m *Module) addressed(kind func(*pysrc.Call) bool) (found []*pysrc.Call) {
	for _, c := range m.Calls {
		if LastName(c.Func) == "add_argument" && kind(c) {
			found = append(found, c)
		}
	}
	return found
}

// option finds the default of the one command line option of a name: argparse,
// or the flags of absl and TensorFlow.
func option(name string, modules Modules, steps int) (Value, bool) {
	var from *Module
	var given pysrc.Expr
	seen, set := 0, 0
	for _, m := range modules {
		for _, c := range m.Calls {
			called := LastName(c.Func)
			switch {
			case called == "set_defaults":
				if e := Argument(c, name, -1); e != nil {
					set++
					from, given = m, e
				}
			case called == "add_argument" && makes(c, name):
				if _, ok := m.Given(c); ok {
					return Value{}, false // whatever the default is
				}
				seen++
				if e := Argument(c, "default", -1); set == 0 {
					from, given = m, e
				}
			case strings.HasPrefix(called, "DEFINE_") && len(c.Args) > 0:
				if s, ok := c.Args[0].(*pysrc.String); ok && s.Value == name {
					if _, ok := m.Given(c); ok {
						return Value{}, false
					}
					seen++
					from, given = m, Argument(c, "default", 1)
				}
			}
		}
	}
	if given == nil || seen != 1 || set > 1 {
		return Value{}, false
	}
	return from.follow(given, modules, steps)
}

// makes tells whether an option is that of an attribute: dest, or the name without
// dashes that click may be given, else the first long option, else the first.
func makes(c *pysrc.Call, name string) bool {
	if dest, ok := Argument(c, "dest", -1).(*pysrc.String); ok {
		return dest.Value == name
	}
	first := ""
	for _, e := range c.Args {
		s, ok := e.(*pysrc.String)
		if !ok {
			return false
		}
		plain, long := !strings.HasPrefix(s.Value, "-"), strings.HasPrefix(first, "--")
		if first == "" || plain || !long && strings.HasPrefix(s.Value, "--") {
			first = s.Value
		}
		if plain {
			break
		}
	}
	return strings.ReplaceAll(strings.TrimLeft(first, "-"), "-", "_") == name
}
