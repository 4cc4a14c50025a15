package space

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// passesOn tells whether what an estimator gives is trained on: features that it
// chose, predictions that another model gets, by the names of the file.
func (f *finder) passesOn(made *pysrc.Call) bool {
	if !slices.Contains(Estimating, project.Root(f.m.Canonical(made))) {
		return false
	}
	from := map[string]bool{}
	for before := -1; before < len(from); {
		before = len(from)
		pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Assign:
				if n.Value != nil && holds(n.Value, made, from) {
					for _, t := range n.Targets {
						mark(t, from)
					}
				}
			case *pysrc.Call: // preds.append(m.predict(X))
				if a, ok := n.Func.(*pysrc.Attribute); ok && slices.Contains(gathering, a.Attr) && slices.ContainsFunc(n.Args, func(e pysrc.Expr) bool { return holds(e, made, from) }) {
					mark(a.Value, from)
				}
			}
			return true
		})
	}
	return slices.ContainsFunc(f.m.Calls, func(c *pysrc.Call) bool {
		a, ok := c.Func.(*pysrc.Attribute)
		return ok && (a.Attr == "fit" || a.Attr == "fit_predict") && slices.ContainsFunc(c.Args, func(e pysrc.Expr) bool { return holds(e, made, from) })
	})
}

// Estimating are the packages whose trainings are of estimators, one each.
var Estimating = []string{"sklearn", "xgboost", "lightgbm", "catboost"}

// gathering are the methods by which a list takes something in.
var gathering = []string{"append", "extend", "insert"}

// holds tells whether an expression has a call in it, or a name that is from it.
func holds(root pysrc.Expr, made *pysrc.Call, from map[string]bool) (found bool) {
	pysrc.Walk(root, func(n pysrc.Node) bool {
		x, ok := n.(*pysrc.Name)
		found = found || n == pysrc.Node(made) || ok && from[x.ID]
		return !found
	})
	return found
}

// mark notes the names that an assignment changes: of a, b, of x[:, 0] x.
func mark(target pysrc.Expr, names map[string]bool) {
	switch t := target.(type) {
	case *pysrc.Name:
		names[t.ID] = true
	case *pysrc.Subscript:
		mark(t.Value, names)
	case *pysrc.Tuple:
		for _, e := range t.Elts {
			mark(e, names)
		}
	}
}
