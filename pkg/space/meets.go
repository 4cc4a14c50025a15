package space

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// applied tells whether a call applies a layer of keras: Dense(16)(x), or
// self.dense(x) in the call of a model that is a class.
func (f *finder) applied(c *pysrc.Call) bool {
	switch made := c.Func.(type) {
	case *pysrc.Call:
		return strings.HasPrefix(f.m.Canonical(made), "keras.layers.")
	case *pysrc.Attribute:
		return project.Dotted(made.Value) == "self" && slices.ContainsFunc(f.m.Defs, func(d *pysrc.Def) bool {
			return d.Name == "call" && d.Start <= c.Start && c.End <= d.End
		})
	}
	return false
}

// results are the names that stand for what layers give or take.
func (f *finder) results() map[string]bool {
	found := map[string]bool{}
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok && f.applied(c) {
			for _, e := range c.Args {
				if x, ok := e.(*pysrc.Name); ok {
					found[x.ID] = true
				}
			}
		}
		return true
	})
	for before := -1; before < len(found); {
		before = len(found)
		for name, assigns := range f.m.Assigns {
			if slices.ContainsFunc(assigns, func(a *pysrc.Assign) bool { return f.flows(a.Value, found) }) {
				found[name] = true
			}
		}
	}
	return found
}

// flows tells whether an expression is what a layer gives.
func (f *finder) flows(e pysrc.Expr, results map[string]bool) bool {
	switch e := e.(type) {
	case *pysrc.Name:
		return results[e.ID]
	case *pysrc.Binary:
		return f.flows(e.X, results) || f.flows(e.Y, results)
	case *pysrc.Call:
		return f.applied(e) || len(e.Args) > 0 && f.flows(e.Args[0], results)
	}
	return false
}

// operates tells whether the file puts the results of layers together by
// operators, x + shortcut: a function may be what makes either.
func (f *finder) operates() (operates bool) {
	results := f.results()
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Binary:
			operates = operates || strings.Contains("+-*/@", n.Op) && f.flows(n.X, results) && f.flows(n.Y, results)
		case *pysrc.Assign:
			operates = operates || n.Op != "=" && f.flows(n.Targets[0], results) && f.flows(n.Value, results)
		case *pysrc.Call:
			operates = operates || meets[strings.ToLower(project.LastName(n.Func))] && len(n.Args) > 1 && f.flows(n.Args[0], results) && f.flows(n.Args[1], results)
		}
		return !operates
	})
	return operates
}

// meets are layers whose inputs have one shape.
var meets = map[string]bool{"add": true, "multiply": true, "subtract": true, "average": true, "maximum": true, "minimum": true, "dot": true, "attention": true, "multiheadattention": true}

// merges tells whether the model of a layer has places where paths meet.
func (f *finder) merges(c *pysrc.Call) bool {
	row, _ := f.row(c)
	return f.operated || slices.ContainsFunc(row, func(l stacked) bool {
		return meets[strings.ToLower(l.name)] || strings.EqualFold(l.name, "concatenate")
	})
}

// coupled tells whether the width of a layer has to fit another place: where
// paths are added up, where a Reshape follows, where a state is handed over.
func (f *finder) coupled(c *pysrc.Call) bool {
	row, at := f.row(c)
	for i, l := range row {
		if meets[strings.ToLower(l.name)] || l.name == "Reshape" && i > at {
			return true
		}
	}
	return f.operated || slices.ContainsFunc(f.m.Calls, func(other *pysrc.Call) bool { return project.Argument(other, "initial_state", -1) != nil })
}
