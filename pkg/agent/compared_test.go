package agent_test

import (
	"math"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// The result of a script that ends with a loop over models is the best of them,
// and so is the model that is kept. What is measured behind the loop comes
// first; other seeds and other states of one model are no comparison.
func TestComparedModels(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	const imports = `
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, classification_report, mean_squared_error
from sklearn.model_selection import KFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
def trees(): return [T(max_depth=k, random_state=0) for k in (2, 9, 3)]
`
	s := share(t, "sklearn")
	for trial, c := range []struct{ name, script, source, model string }{
		{"a loop", `
values = []
for m in trees():
    values.append(accuracy_score(d, m.fit(a, c).predict(b)))
    classification_report(d, m.predict(b), zero_division=0); m.score(a, c)
print(max(values))`, "sklearn.metrics.classification_report, best of 3 models", "m.max_depth == 9"},
		{"models that are dropped", `
print(max(m.fit(a, c).score(b, d) for m in trees()))`,
			"sklearn.DecisionTreeClassifier.score, best of 3 models", "m.max_depth == 9"},
		{"errors", `
print(min(mean_squared_error(d, Ridge(alpha).fit(a, c).predict(b)) for alpha in (1, 1e6)))`,
			"sklearn.metrics.mean_squared_error, best of 2 models", "m.alpha == 1"},
		{"folds", `
def mean(m):
    return sum(m.fit(X[i], y[i]).score(X[j], y[j]) for i, j in KFold(3).split(X)) / 3
print(max(mean(m) for m in trees()))`,
			"sklearn.DecisionTreeClassifier.score, mean of folds, best of 3 models", "m.max_depth == 9"},
		{"classes that score", `
print(max(m.fit(a, c).score(b, d) for m in [T(random_state=0), *trees()[:1], GaussianNB()]))`,
			"sklearn.DecisionTreeClassifier.score, best of 3 models", "m.max_depth is None"},
		{"cross-validation", `
print(max(cross_val_score(make_pipeline(StandardScaler(), m), X, y).mean() for m in trees()))`,
			"sklearn.model_selection.cross_val_score, best of 3 models", ""},
		{"what is measured behind the loop", `
for m in trees(): m.fit(a, c).score(b, d)
print(accuracy_score(d, m.predict(b)))`, "sklearn.metrics.accuracy_score", "m.max_depth == 3"},
		{"seeds", `
for seed in range(4): last = make_pipeline(StandardScaler(), T(max_depth=9, random_state=seed)).fit(a, c).score(b, d)
print(last)`, "sklearn.Pipeline.score", "m[1].random_state == 3"},
		{"states of one model", `
m = T(random_state=0)
for k in 9, 4, 2: last = m.set_params(max_depth=k).fit(a, c).score(b, d)
print(last)`, "sklearn.DecisionTreeClassifier.score", "m.max_depth == 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: trial, Threads: 1}, digits+tree+imports+c.script)
			a.t = t
			all := a.clean().all(agent.EventMetric)
			var value float64
			if err := scan(log, &value); err != nil {
				t.Fatal(err, log)
			}
			if last := all[len(all)-1]; last.Source != c.source || math.Abs(*last.Value-value) > 1e-12 {
				t.Errorf("%s %v, want %s and %v", last.Source, *last.Value, c.source, value)
			}
			if c.model == "" { // only copies were trained
				if kept := a.all(agent.EventModel); len(kept) > 0 {
					t.Errorf("an untrained model is kept: %v", kept)
				}
				return
			}
			s.loads(a, "model.joblib", "import joblib\nm = joblib.load(path)\nassert "+c.model)
		})
	}
}
