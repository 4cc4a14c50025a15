package space

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// turns are what a loop gives a name that an expression is: the elements of the
// list that it goes through, for n in (64, 32), for i, n in enumerate(units).
func (f *finder) turns(e pysrc.Expr) (each []project.Value) {
	x, ok := e.(*pysrc.Name)
	if !ok || f.m.Bound[x.ID] != 1 {
		return nil
	}
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		at := n.Span()
		part, loop := n.(*pysrc.Part)
		if loop && part.Keyword == "for" && at.Start <= x.Start && x.End <= at.End {
			if over := overEach(part.Target, part.Test, x.ID); over != nil {
				each, _ = f.m.Value(over, f.modules).Elements()
			}
		}
		return each == nil
	})
	return each
}

// overEach is the list whose elements a loop gives a name.
func overEach(target, over pysrc.Expr, name string) pysrc.Expr {
	if pair, ok := target.(*pysrc.Tuple); ok && len(pair.Elts) == 2 {
		c, call := over.(*pysrc.Call)
		if !call || project.LastName(c.Func) != "enumerate" || len(c.Args) == 0 {
			return nil
		}
		target, over = pair.Elts[1], c.Args[0]
	}
	if x, ok := target.(*pysrc.Name); ok && x.ID == name {
		return over
	}
	return nil
}

// stacks offers the widths of torch layers that a loop makes one after the other:
//
//	for h in hidden:
//	    layers.append(nn.Linear(width, h))
//	    width = h
func (f *finder) stacks() {
	n := 0
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		part, ok := node.(*pysrc.Part)
		if !ok || part.Keyword != "for" {
			return true
		}
		for _, c := range f.m.Calls {
			if c.Start < part.Start || c.End > part.End || f.m.Canonical(c) != torchLinear || project.Open(c) {
				continue
			}
			in, isName := project.Argument(c, "in_features", 0).(*pysrc.Name)
			out := project.Argument(c, "out_features", 1)
			if !isName || !handsOn(part, in.ID, out) || !f.followed(part, in.ID) {
				continue // or the last one gives the classes
			}
			for i, width := range f.turns(out) {
				if at, ok := width.Literal(); ok {
					f.number(fmt.Sprintf("%s:stack#%d:width.%d", f.m.Name, n, i), torchLinear, whole("hidden", -1, "width", 1, 1024), at)
				}
			}
			n++
		}
		return true
	})
}

// followed tells whether a layer behind a loop takes what the last turn gives.
func (f *finder) followed(part *pysrc.Part, name string) bool {
	return slices.ContainsFunc(f.m.Calls, func(c *pysrc.Call) bool {
		in := project.Argument(c, "in_features", 0)
		_, element := in.(*pysrc.Subscript)
		return c.Start > part.End && f.m.Canonical(c) == torchLinear && (element || project.Dotted(in) == name)
	})
}

// handsOn tells whether a loop ends a turn with name = given.
func handsOn(part *pysrc.Part, name string, given pysrc.Expr) bool {
	for _, s := range part.Body {
		a, ok := s.(*pysrc.Assign)
		if ok && a.Op == "=" && project.Dotted(a.Targets[0]) == name && project.Dotted(a.Value) != "" && project.Dotted(a.Value) == project.Dotted(given) {
			return true
		}
	}
	return false
}
