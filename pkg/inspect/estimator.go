package inspect

import (
	"regexp"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// estimator is the canonical name of the class that an expression holds an
// object of: of a pipeline its last step, of a search what it searches.
func (t *trace) estimator(m *project.Module, e pysrc.Expr, steps int) string {
	if e == nil || steps == 0 {
		return ""
	}
	return once(t.makers, e, steps, func() string { return t.estimated(m, e, steps) })
}

func (t *trace) estimated(m *project.Module, e pysrc.Expr, steps int) string {
	switch e := e.(type) {
	case *pysrc.Name:
		for _, at := range t.holds(m, e) {
			if name := t.estimator(at.m, at.e, steps-1); name != "" {
				return name
			}
		}
	case *pysrc.Tuple, *pysrc.List: // ("svc", SVC())
		if all, _ := project.Elements(e); len(all) > 0 {
			return t.estimator(m, all[len(all)-1], steps-1)
		}
	case *pysrc.Call:
		return t.made(m, e, steps)
	}
	return ""
}

// made is the estimator that a call makes or hands on.
func (t *trace) made(m *project.Module, c *pysrc.Call, steps int) string {
	name := m.Canonical(c)
	last := project.Last(name)
	a, method := c.Func.(*pysrc.Attribute)
	switch {
	case last == "Pipeline":
		return t.estimator(m, argument(c, 0, "steps"), steps-1)
	case last == "make_pipeline" && len(c.Args) > 0:
		return t.estimator(m, c.Args[len(c.Args)-1], steps-1)
	case strings.HasSuffix(last, "SearchCV") || last == "CalibratedClassifierCV" || last == "OneVsRestClassifier" || last == "MultiOutputRegressor":
		return t.estimator(m, argument(c, 0, "estimator"), steps-1)
	case method && (a.Attr == "fit" || a.Attr == "set_params"):
		return t.estimator(m, a.Value, steps-1)
	}
	return name
}

// estimates tells whether an expression is known to be no keras model.
func (t *trace) estimates(m *project.Module, e pysrc.Expr) bool {
	switch project.Root(t.estimator(m, e, farthest)) {
	case "sklearn", "xgboost", "lightgbm", "catboost", "imblearn":
		return true
	}
	return false
}

// search is the call that makes the search which an expression holds, and its class.
func (t *trace) search(m *project.Module, e pysrc.Expr) (spot, string) {
	for _, at := range t.candidates(m, e) {
		if c, ok := at.e.(*pysrc.Call); ok {
			name := at.m.Canonical(c)
			if strings.HasPrefix(name, "sklearn.model_selection.") && strings.HasSuffix(name, "SearchCV") {
				return at, project.Last(name)
			}
		}
	}
	return spot{}, ""
}

var (
	regressors  = regexp.MustCompile(`Regressor$|SVR$`)
	classifiers = regexp.MustCompile(`Classifier(?:CV)?$|\.LogisticRegression(?:CV)?$|\.Perceptron$`)
)

// regressor tells whether a class predicts numbers, which have no accuracy.
func regressor(canonical string) bool {
	return regressors.MatchString(canonical) || strings.HasPrefix(canonical, "sklearn.linear_model.") && !classifiers.MatchString(canonical)
}

// accuracyNames are the names under which the agent takes keras' metrics for accuracies.
var accuracyNames = map[string]bool{"accuracy": true, "acc": true, "categorical_accuracy": true, "sparse_categorical_accuracy": true, "binary_accuracy": true}

var accuracyClass = regexp.MustCompile(`^(?:(?:Sparse)?Categorical|Binary)?Accuracy$|^(?:sparse_categorical|categorical|binary)_accuracy$`)

// accuracyIn tells whether a compile call asks for an accuracy, or may do so.
func (t *trace) accuracyIn(m *project.Module, c *pysrc.Call) bool {
	given := project.Argument(c, "metrics", 2)
	if given == nil {
		given = project.Argument(c, "weighted_metrics", -1)
	}
	if given == nil {
		return project.Open(c)
	}
	if n, ok := given.(*pysrc.Name); ok {
		at := t.holds(m, n)
		if len(at) == 0 {
			return true
		}
		m, given = at[0].m, at[0].e
	}
	found := false
	pysrc.Walk(given, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.String:
			found = found || accuracyNames[n.Value]
		case *pysrc.Call:
			if accuracyClass.MatchString(project.LastName(n.Func)) {
				name, named := argument(n, 0, "name").(*pysrc.String)
				found = found || !named || accuracyNames[name.Value]
				return false
			}
		case *pysrc.Attribute:
			found = found || accuracyClass.MatchString(n.Attr)
		case *pysrc.Name:
			if at := t.holds(m, n); len(at) > 0 { // METRICS = [acc, ...]
				if c, ok := at[0].e.(*pysrc.Call); ok && accuracyClass.MatchString(project.LastName(c.Func)) {
					found = true
				}
			}
		}
		return !found
	})
	return found
}
