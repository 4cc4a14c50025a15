package agent_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

func TestMetricFields(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	s := share(t, "sklearn")
	a, log := s.run(agent.Request{Seed: 5}, digits+tree+`
import numpy as np
from sklearn.metrics import accuracy_score
p = T().fit(a, c).predict(b)
print(accuracy_score(d, p), np.bincount(d).max() / len(d))`)
	e := a.clean().one(agent.EventMetric)
	if e.Value == nil {
		t.Fatalf("%+v", e)
	}
	var value, most float64
	if err := scan(log, &value, &most); err != nil {
		t.Fatal(err)
	}
	if math.Abs(*e.Value-value) > 1e-12 || math.Abs(e.Majority-most) > 1e-12 || e.Samples != 450 || e.Rows == "" {
		t.Errorf("%+v, printed %s", e, log)
	}
	if fit := a.one(agent.EventFit); fit.Samples != 1347 || fit.Model != "sklearn.tree._classes.DecisionTreeClassifier" || fit.Model != e.Model || fit.Rows == "" {
		t.Errorf("%+v", fit)
	}
}

// No class is the most frequent where a row may have several.
func TestMajorityOfSeveralLabels(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := share(t, "sklearn").run(agent.Request{}, `
import numpy as np
from sklearn.metrics import accuracy_score
labels = np.random.randint(0, 2, (200, 2))
accuracy_score(labels, labels)
accuracy_score(np.eye(2)[labels[:, 0]], np.eye(2)[labels[:, 1]])
print(np.bincount(labels[:, 0]).max() / 200)`)
	var one float64
	if err := scan(log, &one); err != nil {
		t.Fatal(err, log)
	}
	got := a.clean().all(agent.EventMetric)
	if len(got) != 2 || got[0].Majority != 0 || math.Abs(got[1].Majority-one) > 1e-12 {
		t.Errorf("%+v, printed %s", got, log)
	}
}

// What scoring measures is told by its name and with its sign, and by nothing
// where it is the program's own.
func TestScoring(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := share(t, "sklearn").run(agent.Request{}, digits+tree+`
from sklearn.ensemble import HistGradientBoostingClassifier as H
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
def search(scoring, refit=True):
    return GridSearchCV(T(), {"max_depth": [4]}, cv=2, scoring=scoring, refit=refit).fit(a, c)
print("accuracy", H(max_iter=2).fit(a, c).score(b, d))   # its scoring is for early stopping
for name, *given in ("f1_score", "f1_macro"), ("accuracy", ["accuracy", "f1_macro"], "accuracy"), ("accuracy", make_scorer(accuracy_score)):
    s = search(*given)
    print(name, s.best_score_)
    print(name, s.score(b, d))
for scoring in make_scorer(accuracy_score, normalize=False), make_scorer(lambda y, p: 1), lambda m, x, y: 1:
    search(scoring).score(b, d)
search(["accuracy"], False)
v = cross_validate(T(), X, y, cv=2, scoring={"one": "accuracy", "two": "neg_log_loss"})
print("accuracy", v["test_one"].mean())
print("log_loss", -v["test_two"].mean())
print("f1_score", cross_val_score(GridSearchCV(T(), {"max_depth": [4]}, cv=2, scoring="f1_macro"), X, y, cv=2).mean())
print("r2_score", cross_val_score(Ridge(), X, y, cv=2).mean())
print("mean_absolute_error", -cross_val_score(Ridge(), X, y, cv=2, scoring="neg_mean_absolute_error").mean())`)
	var got string
	for _, e := range a.clean().all(agent.EventMetric) {
		got += fmt.Sprintln(e.Name, strconv.FormatFloat(*e.Value, 'g', -1, 64))
	}
	if diff := cmp.Diff(log, got); diff != "" {
		t.Errorf("-printed +observed:\n%s", diff)
	}
}
