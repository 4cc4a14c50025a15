package space

import (
	"slices"
	"testing"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestPasses holds of which estimators another is trained on what they give.
func TestPasses(t *testing.T) {
	const head = "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.feature_selection import SelectFromModel\n" +
		"from sklearn.metrics import accuracy_score\nfrom sklearn.linear_model import LogisticRegression\nforest = RandomForestClassifier(n_estimators=7)\nforest.fit(X, y)\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"features chosen":        {"chosen = SelectFromModel(forest, prefit=True)\nZ = chosen.transform(X)\nlast.fit(Z, y)\n", true},
		"features by importance": {"best = np.argsort(forest.feature_importances_)[-9:]\nlast.fit(X[:, best], y)\n", true},
		"predictions":            {"P = np.column_stack([forest.predict_proba(X), X])\nlast.fit(P, y)\n", true},
		"predictions, gathered":  {"P = []\nP.append(forest.predict_proba(X))\nlast.fit(np.hstack(P), y)\n", true},
		"a column":               {"X['forest'] = forest.predict(X)\nlast.fit(X, y)\n", true},
		"nothing":                {"last.fit(X, y)\n", false},
		"a score":                {"p = forest.predict(Z)\nprint(accuracy_score(y, p))\nlast.fit(X, y)\n", false},
		"beside others":          {"for m in (forest, last):\n    m.fit(X, y)\n", false},
	} {
		m := project.Parse("a.py", []byte(head+c.text), Known)
		found := Find([]*project.Module{m}, project.Modules{"a.py": m}, "sklearn")
		i := slices.IndexFunc(found, func(x Tunable) bool { return x.Name == "n_estimators" })
		if i < 0 || found[i].Passes != c.want {
			t.Errorf("%s: want %v: %+v", name, c.want, found)
		}
	}
}
