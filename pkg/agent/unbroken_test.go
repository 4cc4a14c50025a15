package agent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// What works without the agent works with it, also where functions and classes
// of the script leave its process, or are read by a compiler.
func TestScriptsAreNotBroken(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "joblib", "torch")
	for trial, c := range []struct{ framework, name, script, want string }{
		{"sklearn", "an estimator in workers", `
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
		{"sklearn", "a wrapped metric in workers", `
import functools
from sklearn.metrics import accuracy_score
from sklearn.utils.parallel import Parallel, delayed
@functools.wraps(accuracy_score)
def doubled(*args):
    return 2 * accuracy_score(*args)
print(Parallel(n_jobs=2)(delayed(f)([1, 0], [1, 1]) for f in (accuracy_score, doubled)))`, "[0.5, 1.0]\n"},
		{"sklearn", "loops in workers", `
from joblib import Parallel, delayed
def count(seed, n_epochs=3):
    w = 0
    for epoch in range(n_epochs):
        while w < seed and epoch < n_epochs:
            w += 1
        else:
            w += 10
            continue
        return None
    for epoch in range(n_epochs):
        return w, epoch
print(Parallel(n_jobs=2)(delayed(count)(i) for i in range(3)))`, "[(30, 0), (31, 0), (32, 0)]\n"},
		{"torch", "loops in compiled functions", `
import torch
class Net(torch.nn.Module):
    n_steps = 3
    def unroll(self, x):
        for step in range(self.n_steps): x = x * 2
        return x
    def forward(self, x): return self.unroll(x)
@torch.compile(backend="eager", fullgraph=True)
def decorated(x):
    for n_iter in range(3): x = x * 2
    return x
def called(x):
    for n_iter in range(3): x = x * 2
    return x
def followed(x, n_steps=3):
    while n_steps > 0: x, n_steps = x * 2, n_steps - 1
    return x
def follow(x): return followed(x)
x = torch.ones(1)
compiled = [torch.compile(f, backend="eager", fullgraph=True) for f in (Net(),)] + [decorated]
compiled += [torch.compile(called, backend="eager", fullgraph=True), torch.compile(follow, backend="eager", fullgraph=True)]
print([f(x).item() for f in compiled])`, "[8.0, 8.0, 8.0, 8.0]\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, log := share(t, c.framework).run(agent.Request{Trial: trial, Threads: 1, Share: 1}, c.script)
			if a.clean(); log != c.want {
				t.Errorf("%s\nwant %s", log, c.want)
			}
		})
	}
}

// What a script prints of warnings, errors and the functions that it calls is
// what it prints without the agent.
func TestAgentDoesNotShow(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "xgboost")
	s := share(t, "xgboost")
	for trial, c := range []struct{ name, script string }{
		{"warnings are of the caller's line", `
import warnings
from sklearn.base import BaseEstimator, ClassifierMixin
class Zero(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        warnings.warn("slow", stacklevel=2)
        return self
    def predict(self, X):
        warnings.warn("old", FutureWarning, stacklevel=2)
        return [0 for _ in X]
m = Zero().fit([[1], [2]], [0, 1])
print(m.score([[1], [2]], [0, 1]))
m.predict([[1]])
m.predict([[1]])`},
		{"an error and its cause", `
from sklearn.base import BaseEstimator
class Zero(BaseEstimator):
    def fit(self, X, y): return 1 / 0
    def predict(self, X): return X
try:
    Zero().fit([[1]], [1])
except ZeroDivisionError as error:
    raise ValueError("no") from error`},
		{"an error within a training", `
import xgboost
class Bad(xgboost.callback.TrainingCallback):
    def after_iteration(self, model, epoch, log): raise KeyError("bad")
xgboost.train({"nthread": 1}, xgboost.DMatrix([[1], [2]], label=[0, 1]), 2, callbacks=[Bad()])`},
		{"functions", `
import inspect, types, sklearn.metrics, xgboost
from sklearn.metrics import accuracy_score
print(type(accuracy_score), inspect.isfunction(accuracy_score), inspect.getfullargspec(accuracy_score))
print(accuracy_score.__wrapped__.__code__.co_varnames[:3], accuracy_score.__code__.co_argcount)
print(sorted(name for name, f in inspect.getmembers(sklearn.metrics, inspect.isfunction)))
print(inspect.signature(xgboost.train), inspect.getsource(accuracy_score)[:99])
class Metrics:
    right = accuracy_score
    def __init__(self): self.of = types.MethodType(accuracy_score, [1, 0])
    share = staticmethod(accuracy_score)
print(Metrics.right([1, 0], [1, 1]), Metrics().share([1], [1]), Metrics().of([1, 1]))`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "train.py"), []byte(c.script), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(interpreter(t), "train.py")
			cmd.Dir = dir
			plain, _ := cmd.CombinedOutput()
			a, log := s.run(agent.Request{Trial: trial, Threads: 1}, c.script)
			tree := filepath.Join(a.dir, "tree")
			if diff := cmp.Diff(strings.ReplaceAll(string(plain), dir, "TREE"), strings.ReplaceAll(log, tree, "TREE")); diff != "" {
				t.Errorf("-without +with the agent:\n%s", diff)
			}
		})
	}
}
