package project

import "github.com/mlhook/mlhook/pkg/pysrc"

// Argument returns what a call gives for a parameter, nil when nothing.
func Argument(c *pysrc.Call, name string, pos int) pysrc.Expr {
	for _, k := range c.Keywords {
		if k.Arg == name {
			return k.Value
		}
	}
	if pos < 0 || pos >= len(c.Args) {
		return nil
	}
	for _, a := range c.Args[:pos+1] {
		if _, starred := a.(*pysrc.Starred); starred {
			return nil
		}
	}
	return c.Args[pos]
}

// Partial is the call that partial(f, ...) prepares, other calls are themselves.
func Partial(c *pysrc.Call) *pysrc.Call {
	if LastName(c.Func) != "partial" || len(c.Args) == 0 {
		return c
	}
	made := *c
	made.Func, made.Args = c.Args[0], c.Args[1:]
	return &made
}

// handed is what a call gives for a parameter of a function: as it calls it, as it
// prepares a call with partial, or as skorch does that has module__name for a class.
func handed(c *pysrc.Call, called, name string, pos int) (value pysrc.Expr, ok bool) {
	made := Partial(c)
	if LastName(made.Func) == called {
		return Argument(made, name, pos), true
	}
	if module := Argument(c, "module", 0); module != nil && LastName(module) == called {
		return Argument(c, "module__"+name, -1), true
	}
	return nil, false
}

// Elements are those of a tuple or a list as it is written.
func Elements(e pysrc.Expr) ([]pysrc.Expr, bool) {
	switch e := e.(type) {
	case *pysrc.Tuple:
		return e.Elts, true
	case *pysrc.List:
		return e.Elts, true
	}
	return nil, false
}

// Open tells whether a call may hold arguments that cannot be seen.
func Open(c *pysrc.Call) bool {
	for _, k := range c.Keywords {
		if k.Arg == "" {
			return true
		}
	}
	for _, a := range c.Args {
		if _, starred := a.(*pysrc.Starred); starred {
			return true
		}
	}
	return false
}
