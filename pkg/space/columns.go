package space

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// bundled is how many columns the data sets have that scikit-learn brings.
var bundled = map[string]int{"load_iris": 4, "load_diabetes": 10, "load_wine": 13, "load_breast_cancer": 30, "load_digits": 64}

// drawnSets are its data sets that are drawn, with the number of columns and of
// rows that they have by default.
var drawnSets = map[string]struct{ columns, rows int }{"make_classification": {20, 100}, "make_regression": {100, 100}}

// fold is the least share of the rows that a part of a program is taken to fit
// on: half of them in a cross-validation of two. PCA needs a row for each component.
const fold = 4

var (
	// reading is data whose columns the source does not tell.
	reading = regexp.MustCompile(`^(?:sklearn\.datasets|pandas\.read_\w+|numpy\.(?:load|loadtxt|genfromtxt|fromfile))\b`)
	// narrowing are the classes that take columns away, and choosing the methods.
	narrowing = regexp.MustCompile(`^sklearn\.(?:compose|decomposition|feature_extraction|feature_selection|random_projection)\b`)
	choosing  = regexp.MustCompile(`^(?:drop|filter|loc|pop|select_dtypes)$`)
)

// columnsOf is how many columns a program's data has, the least where there are
// several sets: known where scikit-learn makes or brings them all and no more
// than one step takes columns away. 0 where it is unknown.
func columnsOf(files []*project.Module, modules project.Modules) int {
	least, steps := 0, 0
	for _, m := range files {
		known := true
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Attribute:
				known = known && !choosing.MatchString(n.Attr)
			case *pysrc.Subscript:
				known = known && !cuts(n.Index)
			}
			return known
		})
		for _, c := range m.Calls {
			name := m.Canonical(c)
			switch {
			case narrowing.MatchString(name):
				steps++
			case reading.MatchString(name):
				n := setColumns(m, c, strings.TrimPrefix(name, "sklearn.datasets."), modules)
				known = known && n > 0
				if least == 0 || n < least {
					least = n
				}
			}
		}
		if !known {
			return 0
		}
	}
	if steps > 1 {
		return 0
	}
	return least
}

// cuts tells whether an index leaves some of a table: [:, :2], [:100], [["a", "b"]];
// that of a single column, [:, 0], is for plots.
func cuts(index pysrc.Expr) bool {
	switch i := index.(type) {
	case *pysrc.Slice, *pysrc.List:
		return true
	case *pysrc.Tuple:
		return len(i.Elts) > 1 && cuts(i.Elts[1])
	}
	return false
}

// setColumns is how many columns, and enough rows for as many, a data set has; 0
// where that is unknown.
func setColumns(m *project.Module, c *pysrc.Call, name string, modules project.Modules) int {
	drawn, ok := drawnSets[name]
	if !ok {
		return bundled[name]
	}
	number := func(name string, pos, fallback int) int {
		given := project.Argument(c, name, pos)
		if given == nil {
			return fallback
		}
		at, _ := m.Value(given, modules).Literal()
		n, _ := strconv.Atoi(strings.ReplaceAll(at.Text, "_", ""))
		return n
	}
	if project.Open(c) {
		return 0
	}
	return min(number("n_features", 1, drawn.columns), number("n_samples", 0, drawn.rows)/fold)
}

// bounded gives an argument that counts columns the upper bound that the data has.
func (p program) bounded(a arg, owner string) arg {
	if a.role == "components" && p.columns > 1 {
		a.capped, a.high = false, min(a.high, float64(p.columns))
		if strings.HasPrefix(owner, "sklearn.decomposition.") {
			a.high-- // some solvers need one column more
		}
	}
	return a
}
