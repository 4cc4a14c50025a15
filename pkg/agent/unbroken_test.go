package agent_test

import (
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// What works without the agent works with it, also where functions and classes
// of the script leave its process, or are read by a compiler.
func TestScriptsAreNotBroken(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "joblib", "torch")
	s := start(t, "sklearn,torch")
	for trial, c := range []struct{ name, script, want string }{
		{"an estimator in workers", `
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import cross_val_score
class Nearest(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.array([X[y == c].mean(0) for c in self.classes_])
        return self
    def predict(self, X):
        return self.classes_[((X[:, None] - self.means_) ** 2).sum(-1).argmin(1)]
X = np.arange(24.).reshape(12, 2)
print(cross_val_score(Nearest(), X, (X[:, 0] > 11).astype(int), cv=3, n_jobs=2).tolist())`, "[0.75, 1.0, 0.75]\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: trial, Threads: 1, Share: 1}, c.script)
			a.t = t
			if a.clean(); log != c.want {
				t.Errorf("%s\nwant %s", log, c.want)
			}
		})
	}
}
