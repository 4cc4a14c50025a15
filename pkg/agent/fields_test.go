package agent_test

import (
	"math"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

func TestMetricFields(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	s := start(t, "sklearn")
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
	if fit := a.one(agent.EventFit); fit.Samples != 1347 || fit.Model != "sklearn.tree._classes.DecisionTreeClassifier" || fit.Rows == "" {
		t.Errorf("%+v", fit)
	}
}

// No class is the most frequent where a row may have several.
func TestMajorityOfSeveralLabels(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := start(t, "sklearn").run(agent.Request{}, `
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
