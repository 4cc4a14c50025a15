package space

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// length tells whether a value is a number of epochs or rounds that nothing but
// the training reads: it stands in the call, or in a constant that is read once,
// and no schedule repeats it.
func length(m *project.Module, t Tunable, modules project.Modules) bool {
	boosting := strings.HasPrefix(t.Owner, "xgboost.") || strings.HasPrefix(t.Owner, "lightgbm.")
	if len(t.Also) > 0 || !slices.Contains(turns, t.Role) && t.Role != "rounds" && !(t.Role == "estimators" && boosting) {
		return false
	}
	return t.Kind == "inserted" || given(m, t) || modules.Reads(project.Spot{Module: m, Place: t.Place}) == 1
}

// given tells whether a value stands in a call of what takes it.
func given(m *project.Module, t Tunable) (there bool) {
	owner := t.Owner[strings.LastIndexByte(t.Owner, '.')+1:]
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		c, ok := n.(*pysrc.Call)
		if !ok {
			return !there
		}
		if project.Last(project.Dotted(c.Func)) == owner {
			there = there || slices.ContainsFunc(c.Args, func(a pysrc.Expr) bool { return a.Span() == t.Place }) ||
				slices.ContainsFunc(c.Keywords, func(k *pysrc.Keyword) bool { return k.Value.Span() == t.Place })
		}
		return !there
	})
	return there
}
