package space

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A spot is where a value stands, to compare.
type spot struct {
	file string
	at   pysrc.Range
}

// A read is an expression that stands for a value which is written elsewhere,
// with the nodes around it, the outermost first.
type read struct {
	m      *project.Module
	expr   pysrc.Expr
	around []pysrc.Node
}

// A readers lists the reads of each value of a program.
type readers struct {
	modules project.Modules
	of      map[spot][]read
	own     map[string]bool // functions and classes of the program's
}

func readersOf(files []*project.Module, modules project.Modules) readers {
	r := readers{modules, map[spot][]read{}, map[string]bool{}}
	for _, m := range files {
		r.visit(m, m.File, nil)
	}
	return r
}

// visit notes the reads below a node.
func (r readers) visit(m *project.Module, n pysrc.Node, around []pysrc.Node) {
	switch n := n.(type) {
	case *pysrc.Def:
		r.own[n.Name] = true
	case *pysrc.Class:
		r.own[n.Name] = true
	}
	if at, ok := r.stands(m, n); ok {
		key := spot{at.File(), at.Place}
		r.of[key] = append(r.of[key], read{m, n, slices.Clone(around)})
		return
	}
	around = append(around, n)
	for _, child := range pysrc.Children(n) {
		if !bound(n, child) {
			r.visit(m, child, around)
		}
	}
}

// stands tells where the value stands that an expression reads.
func (r readers) stands(m *project.Module, n pysrc.Node) (project.Spot, bool) {
	switch n := n.(type) {
	case *pysrc.Name, *pysrc.Attribute, *pysrc.Subscript:
	case *pysrc.Call:
		a, method := n.Func.(*pysrc.Attribute)
		if !method || a.Attr != "get" && a.Attr != "pop" {
			return project.Spot{}, false
		}
	default:
		return project.Spot{}, false
	}
	return m.Value(n, r.modules).Literal()
}

// bound tells whether a node's child is a name that it binds.
func bound(n, child pysrc.Node) bool {
	switch n := n.(type) {
	case *pysrc.Assign:
		return slices.Contains(n.Targets, pysrc.Expr(child)) && n.Op == "="
	case *pysrc.Part:
		return n.Target == child || slices.Contains(n.Targets, pysrc.Expr(child))
	case *pysrc.Walrus:
		return n.Target == child
	case *pysrc.Clause:
		return n.Target == child
	}
	return false
}

// shared drops a number whose constant also serves something else: a split, a
// seed, the size of the data, a metric, the classes of a keras model.
func (r readers) shared(all []Tunable) []Tunable {
	at := func(t Tunable) spot { return spot{t.File, t.Place} }
	served := map[spot]int{}
	for _, t := range all {
		served[at(t)]++
	}
	return slices.DeleteFunc(all, func(t Tunable) bool {
		if t.Kind != "number" {
			return false
		}
		output := (t.Role == "width" || t.Role == "filters") && r.layers(at(t)) > served[at(t)]
		return output || slices.ContainsFunc(r.of[at(t)], func(x read) bool { return !r.serves(x, t) })
	})
}

// layers counts the layers of keras that are given a value as it is. Where one is
// not offered it gives the output, or is joined with others.
func (r readers) layers(at spot) (count int) {
	for _, x := range r.of[at] {
		i := len(x.around) - 1
		if i > 0 {
			if _, keyword := x.around[i].(*pysrc.Keyword); keyword {
				i--
			}
		}
		if i < 0 {
			continue
		}
		if c, ok := x.around[i].(*pysrc.Call); ok && strings.HasPrefix(x.m.Canonical(c), "keras.layers.") {
			count++
		}
	}
	return count
}
