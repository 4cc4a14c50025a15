package inspect

import (
	"slices"
	"strconv"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// looped lists what the innermost loop or comprehension around a name gives it,
// nil where none does over what the source lists.
func (t *trace) looped(m *project.Module, n *pysrc.Name) (found []spot) {
	pysrc.Walk(m.File, func(node pysrc.Node) bool {
		r := node.Span()
		if n.Start < r.Start || r.End < n.End {
			_, whole := node.(*pysrc.File)
			return whole
		}
		switch node := node.(type) {
		case *pysrc.Part:
			if node.Keyword == "for" && binds(node.Target, n.ID) {
				found = t.turns(m, node.Target, node.Test, n.ID)
			}
		case *pysrc.Comp:
			for _, c := range node.Clauses {
				if binds(c.Target, n.ID) {
					found = t.turns(m, c.Target, c.Iter, n.ID)
				}
			}
		case *pysrc.Def:
			if slices.ContainsFunc(node.Params, func(p *pysrc.Param) bool { return p.Name == n.ID }) {
				found = nil
			}
		}
		return true
	})
	return found
}

// binds tells whether a target binds a name.
func binds(target pysrc.Expr, name string) (found bool) {
	pysrc.Walk(target, func(n pysrc.Node) bool {
		bound, ok := n.(*pysrc.Name)
		found = found || ok && bound.ID == name
		return !found
	})
	return found
}

// turns lists what a loop of a target over something gives a name in its turns.
func (t *trace) turns(m *project.Module, target, over pysrc.Expr, name string) (found []spot) {
	targets := elements(target)
	i := slices.IndexFunc(targets, func(e pysrc.Expr) bool { return binds(e, name) })
	if i < 0 {
		return t.listed(m, over)
	}
	if c, ok := over.(*pysrc.Call); ok {
		switch last := project.LastName(c.Func); {
		case last == "enumerate" && i == 1 && len(c.Args) > 0:
			return t.turns(m, targets[1], c.Args[0], name)
		case last == "zip" && i < len(c.Args):
			return t.turns(m, targets[i], c.Args[i], name)
		case last == "items" && len(c.Args) == 0:
			if d := t.dict(m, c.Func.(*pysrc.Attribute).Value); d.e != nil {
				return spots(d.m, [][]pysrc.Expr{d.e.(*pysrc.Dict).Keys, d.e.(*pysrc.Dict).Values}[min(i, 1)])
			}
			return nil
		}
	}
	for _, at := range t.listed(m, over) {
		if parts := elements(at.e); len(parts) == len(targets) {
			found = append(found, spot{at.m, parts[i]})
		}
	}
	return found
}

// listed are the elements of what a loop goes over.
func (t *trace) listed(m *project.Module, over pysrc.Expr) []spot {
	if c, ok := over.(*pysrc.Call); ok {
		a, method := c.Func.(*pysrc.Attribute)
		switch last := project.LastName(c.Func); {
		case method && len(c.Args) == 0 && (last == "values" || last == "keys"):
			d := t.dict(m, a.Value)
			if d.e == nil {
				return nil
			}
			if last == "keys" {
				return spots(d.m, d.e.(*pysrc.Dict).Keys)
			}
			return spots(d.m, d.e.(*pysrc.Dict).Values)
		case len(c.Args) > 0 && (last == "sorted" || last == "list" || last == "tuple" || last == "set" || last == "reversed" || last == "tqdm"):
			return t.listed(m, c.Args[0])
		}
	}
	home, e := m.Value(over, t.modules).Expr()
	if d, ok := e.(*pysrc.Dict); ok {
		return spots(home, d.Keys)
	}
	return spots(home, elements(e))
}

// dict is the display that an expression stands for, without one where it is none.
func (t *trace) dict(m *project.Module, e pysrc.Expr) spot {
	if home, e := m.Value(e, t.modules).Expr(); e != nil {
		if d, ok := e.(*pysrc.Dict); ok {
			return spot{home, d}
		}
	}
	return spot{}
}

// elements are those of a display.
func elements(e pysrc.Expr) []pysrc.Expr {
	if set, ok := e.(*pysrc.Set); ok {
		return set.Elts
	}
	all, _ := project.Elements(e)
	return all
}

// spots are some expressions of a file.
func spots(m *project.Module, list []pysrc.Expr) (found []spot) {
	for _, e := range list {
		if e != nil { // as the key of a spread
			found = append(found, spot{m, e})
		}
	}
	return found
}

// entries lists what base[index] may be: the entry of a display, any of them
// where the index is not in the source.
func (w pathfinder) entries(m *project.Module, e *pysrc.Subscript) (found []spot) {
	bases := []spot{{m, e.Value}}
	if n, ok := e.Value.(*pysrc.Name); ok {
		if given := w.looped(m, n); given != nil {
			bases = given
		}
	}
	for _, base := range bases {
		home, display := base.m.Value(base.e, w.modules).Expr()
		switch d := display.(type) {
		case *pysrc.Dict:
			key, plain := e.Index.(*pysrc.String)
			for i, k := range d.Keys {
				if s, ok := k.(*pysrc.String); !plain || ok && s.Value == key.Value {
					found = append(found, spot{home, d.Values[i]})
				}
			}
		case *pysrc.List, *pysrc.Tuple:
			found = append(found, spots(home, chosen(home, elements(d), e.Index))...)
		}
	}
	return found
}

// chosen are the elements that an index may mean.
func chosen(m *project.Module, list []pysrc.Expr, index pysrc.Expr) []pysrc.Expr {
	number, ok := index.(*pysrc.Number)
	if !ok {
		return list
	}
	i, err := strconv.Atoi(m.File.Text(number))
	if err != nil || i >= len(list) {
		return nil
	}
	return list[i : i+1]
}
