package agent_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A loop over folds that goes through reports the means of what it measures in
// every fold; taking one split is no cross-validation.
func TestFolds(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := share(t, "sklearn").run(agent.Request{}, digits+tree+`
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, RepeatedStratifiedKFold, ShuffleSplit, StratifiedKFold
for fold, (i, j) in enumerate(StratifiedKFold(3).split(X, y)):
    m = T().fit(X[i], y[i])
    m.score(X[i], y[i]); m.score(X[j], y[j])
for i, j in RepeatedStratifiedKFold(n_splits=3, n_repeats=1).split(X, y):
    accuracy_score(y[j], T().fit(X[i], y[i]).predict(X[j]))
i, j = next(ShuffleSplit(n_splits=3).split(X))          # one split is no cross-validation
for i, j in ShuffleSplit(n_splits=1).split(X): T().fit(X[i], y[i]).score(X[j], y[j])
for i, j in KFold(3).split(X):
    T().fit(X[i], y[i]).score(X[j], y[j])
    break
for i, j in KFold(3).split(X):                          # a loop in a loop, as long at first
    for k, _ in zip(range(1), KFold(3).split(X)): pass
    T().fit(X[i], y[i]).score(X[j], y[j])`)
	want := []string{
		"accuracy train sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy train sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy train sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score, mean of folds",
		"accuracy test sklearn.metrics.accuracy_score",
		"accuracy test sklearn.metrics.accuracy_score",
		"accuracy test sklearn.metrics.accuracy_score",
		"accuracy test sklearn.metrics.accuracy_score, mean of folds",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score",
		"accuracy test sklearn.DecisionTreeClassifier.score, mean of folds",
	}
	if diff := cmp.Diff(want, a.clean().metrics()); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
}

// The mean of a loop over folds is that of the program, over all rows.
func TestMeanOfFolds(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := share(t, "sklearn").run(agent.Request{}, digits+tree+`
from sklearn.model_selection import KFold
scores = []
for i, j in KFold(3).split(X):
    scores.append(T().fit(X[i], y[i]).score(X[j], y[j]))
print(sum(scores) / 3, len(y))`)
	all := a.clean().all(agent.EventMetric)
	var mean float64
	var count int
	if err := scan(log, &mean, &count); err != nil {
		t.Fatal(err, log)
	}
	if last := all[len(all)-1]; math.Abs(*last.Value-mean) > 1e-12 || last.Samples != count || last.Majority < 0.1 || last.Majority > 0.11 {
		t.Errorf("%+v, printed %s", last, log)
	}
}
