package agent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

const digits = `
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
X, y = load_digits(return_X_y=True)
X = X / 16
a, b, c, d = train_test_split(X, y)
`

const tree = "from sklearn.tree import DecisionTreeClassifier as T\n"

func TestSklearnMetrics(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	tests := []struct {
		name, script string
		want         []string
	}{
		{"score", digits + tree + "m = T().fit(a, c)\nm.score(a, c)\nm.score(b, d)", []string{
			"accuracy train sklearn.DecisionTreeClassifier.score",
			"accuracy test sklearn.DecisionTreeClassifier.score",
		}},
		{"metrics", digits + tree + `
from sklearn.metrics import *
p = T().fit(a, c).predict(b)
accuracy_score(d, p); f1_score(d, p, average="macro"); classification_report(d, p); confusion_matrix(d, p)
f1_score(d, p, average=None); accuracy_score(d, p, normalize=False)`, []string{
			"accuracy test sklearn.metrics.accuracy_score",
			"f1_score test sklearn.metrics.f1_score",
			"accuracy test sklearn.metrics.classification_report",
			"accuracy test sklearn.metrics.confusion_matrix",
		}},
		// The labels alone say nothing here: the rows that were predicted decide.
		{"same labels, other rows", digits + tree + `
import numpy as np
from sklearn.metrics import accuracy_score
X, z = np.random.rand(200, 3), np.repeat([0, 1], 50)
m = T().fit(X[:100], z)
accuracy_score(z, m.predict(X[100:])); accuracy_score(z, m.predict(X[:100]))`, []string{
			"accuracy test sklearn.metrics.accuracy_score",
			"accuracy train sklearn.metrics.accuracy_score",
		}},
		// Known again as classes; where the classes are others' too, the labels decide.
		{"probabilities of as many rows", digits + tree + `
import numpy as np
from sklearn.metrics import accuracy_score
a, b, c, d = X[:800], X[800:1600], y[:800], y[800:1600]
m = T().fit(a, c)
p, q = m.predict_proba(b), m.predict_proba(a)
accuracy_score(d, p.argmax(1)); accuracy_score(c, q.argmax(1))
names = np.array(list("abcdefghij"))
accuracy_score(names[d], names[p.argmax(1)]); accuracy_score(c, (p.argmax(1) + 1) % 10)`, []string{
			"accuracy test sklearn.metrics.accuracy_score",
			"accuracy train sklearn.metrics.accuracy_score",
			"accuracy unknown sklearn.metrics.accuracy_score",
			"accuracy train sklearn.metrics.accuracy_score",
		}},
		{"pipeline", digits + tree + `
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import accuracy_score
m = make_pipeline(StandardScaler(), T()).fit(a, c)
m.score(b, d); accuracy_score(d, m.predict(b)); accuracy_score(c, m.predict(a))`, []string{
			"accuracy test sklearn.Pipeline.score",
			"accuracy test sklearn.metrics.accuracy_score",
			"accuracy train sklearn.metrics.accuracy_score",
		}},
		{"cross validation", digits + tree + `
from sklearn.model_selection import cross_val_score, cross_validate
cross_val_score(T(), X, y, cv=3); cross_validate(T(), X, y, cv=3, n_jobs=-1)
cross_val_score(T(), X, y, cv=3, scoring="f1_macro")`, []string{
			"accuracy validation sklearn.model_selection.cross_val_score",
			"accuracy validation sklearn.model_selection.cross_validate",
			"f1_score validation sklearn.model_selection.cross_val_score",
		}},
		{"grid search", digits + tree + `
from sklearn.model_selection import GridSearchCV
from sklearn.metrics import make_scorer, accuracy_score
g = GridSearchCV(T(), {"max_depth": [2, 4]}, cv=3, n_jobs=-1, scoring=make_scorer(accuracy_score)).fit(a, c)
g = GridSearchCV(T(), {"max_depth": [2, 4]}, cv=3, n_jobs=-1).fit(a, c)
g.score(b, d); g.best_score_`, []string{
			"accuracy validation sklearn.model_selection.GridSearchCV.best_score_",
			"accuracy validation sklearn.model_selection.GridSearchCV.best_score_",
			"accuracy test sklearn.GridSearchCV.score",
		}},
		{"what only looks at a model", digits + tree + `
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score
from sklearn.model_selection import learning_curve, validation_curve
m = T().fit(a, c)
accuracy_score(d, m.predict(b))
permutation_importance(m, b, d, n_repeats=1)
learning_curve(T(), X, y, cv=3); validation_curve(T(), X, y, param_name="max_depth", param_range=[1, 2], cv=3)`, []string{
			"accuracy test sklearn.metrics.accuracy_score",
		}},
		// An array of texts would take the longest one's memory for each.
		{"texts of very different length", `
import resource
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
texts, y = ["word " * 40_000] + ["good", "bad"] * 500, [0] + [0, 1] * 500
m = make_pipeline(CountVectorizer(), MultinomialNB())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
m.fit(texts[:800], y[:800]).score(texts[800:], y[800:])
m.score(texts[:800], y[:800])
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000`, []string{
			"accuracy test sklearn.Pipeline.score",
			"accuracy train sklearn.Pipeline.score",
		}},
		{"threads of a call are not the user's", digits + tree + `
import joblib
from sklearn.ensemble import VotingClassifier, BaggingClassifier
with joblib.parallel_backend("threading"):
    m = VotingClassifier([("a", T()), ("b", T())], n_jobs=2).fit(a, c)
m.score(b, d)
BaggingClassifier(T(), n_jobs=2).fit(a, c).score(b, d)`, []string{
			"accuracy test sklearn.VotingClassifier.score",
			"accuracy test sklearn.BaggingClassifier.score",
		}},
		{"the user's thread is", digits + tree + `
import threading
m = T().fit(a, c)
th = threading.Thread(target=m.score, args=(b, d)); th.start(); th.join()`, []string{
			"accuracy test sklearn.DecisionTreeClassifier.score",
		}},
		{"forked children are silent", digits + tree + `
import multiprocessing, os
m = T().fit(a, c)
p = multiprocessing.get_context("fork").Process(target=m.score, args=(b, d)); p.start(); p.join()`, nil},
		{"regression", digits + `
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
m = LinearRegression().fit(a, c)
m.score(b, d); mean_squared_error(d, m.predict(b))`, []string{
			"r2_score test sklearn.LinearRegression.score",
			"mean_squared_error test sklearn.metrics.mean_squared_error",
		}},
		{"several labels", digits + `
from sklearn.linear_model import LogisticRegression as L
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
c, d = (labels[:, None] > [2, 5] for labels in (c, d))
m = MultiOutputClassifier(L(max_iter=500)).fit(a, c)
m.score(a, c); m.score(b, d)
ClassifierChain(L(max_iter=500)).fit(a, Y=c).score(b, d)`, []string{
			"accuracy train sklearn.MultiOutputClassifier.score",
			"accuracy test sklearn.MultiOutputClassifier.score",
			"accuracy test sklearn.ClassifierChain.score",
		}},
		{"own estimator", digits + `
from sklearn.base import BaseEstimator, ClassifierMixin
class Most(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_, self.most_ = sorted(set(y)), y[0]
        return self
    def predict(self, X):
        return [self.most_] * len(X)
Most().fit(a, c).score(b, d)`, []string{"accuracy test sklearn.Most.score"}},
		{"never fitted", "from sklearn.metrics import accuracy_score\naccuracy_score([1, 0, 1], [1, 1, 1])", []string{
			"accuracy unknown sklearn.metrics.accuracy_score",
		}},
	}
	// What scikit-learn itself imports takes longer than the rest of it.
	warm, cold := share(t, "sklearn"), start(t, "numpy,scipy.stats,scipy.sparse.linalg,joblib")
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, s := range []*session{warm, cold} {
				if s == cold && strings.Contains(test.script, "n_jobs") {
					continue // its workers are cold anyway, and slow
				}
				a, log := s.run(agent.Request{Trial: i}, test.script)
				a.t = t
				if diff := cmp.Diff(test.want, a.clean().metrics()); diff != "" {
					t.Errorf("%s\n%s\n%+v", diff, log, a.all(agent.EventFit))
				}
			}
		})
	}
}

func TestKeras(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	s := share(t, "keras")
	a, log := s.run(agent.Request{Threads: 1}, digits+`
import keras
from sklearn.metrics import accuracy_score
m = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")])
m.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
m.fit(a, c, epochs=2, validation_split=0.2, verbose=0)
m.evaluate(b, d, verbose=0); m.evaluate(a, c, verbose=0)
accuracy_score(c, m.predict(a, verbose=0).argmax(1))
m.fit(a, c, validation_data=(b, d), verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
m.evaluate(b, d, verbose=0)`)
	want := []string{
		"accuracy train keras.Model.fit", "accuracy validation keras.Model.fit",
		"accuracy test keras.Model.evaluate", "accuracy train keras.Model.evaluate",
		"accuracy train sklearn.metrics.accuracy_score",
		"accuracy train keras.Model.fit", "accuracy validation keras.Model.fit",
		"accuracy validation keras.Model.evaluate",
	}
	if diff := cmp.Diff(want, a.clean().metrics()); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
	curve := a.all(agent.EventCurve)
	if len(curve) != 3 || curve[1].Epoch != 2 || len(curve[1].Values) != 4 || curve[1].Values["val_accuracy"] == 0 {
		t.Errorf("curve %+v", curve)
	}
	s.loads(a, "model.keras", "import keras\nm = keras.models.load_model(path)\nassert m.count_params() == 64 * 32 + 32 + 330")
}

func TestTorch(t *testing.T) {
	t.Parallel()
	needs(t, "torch", "sklearn")
	s := share(t, "torch")
	a, log := s.run(agent.Request{Threads: 1}, digits+`
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = torch.nn.Linear(64, 16), torch.nn.Linear(16, 10)
    def forward(self, x):
        return self.head(self.body(x).relu())
def main():
    net = Net()
    o = torch.optim.Adam([{"params": net.body.parameters()}, {"params": net.head.parameters()}], lr=0.01)
    loss = torch.nn.CrossEntropyLoss()
    for _ in range(20):
        o.zero_grad(); loss(net(torch.tensor(a).float()), torch.tensor(c)).backward(); o.step()
    print("Accuracy:", (net(torch.tensor(b).float()).argmax(1).numpy() == d).mean(), torch.get_num_threads())
main()`)
	if !strings.HasSuffix(log, " 1\n") {
		t.Errorf("output %q, want one thread", log)
	}
	if e := a.clean().one(agent.EventModel); e.Model != "__main__.Net" || e.Format != "torch" {
		t.Errorf("%+v", e)
	}
	s.loads(a, "model.pt", "import torch\nm = torch.load(path)\nassert sorted(m['state_dict'])[0] == 'body.bias', m")
}

func TestBoosting(t *testing.T) {
	t.Parallel()
	needs(t, "xgboost", "lightgbm", "sklearn")
	s := share(t, "xgboost")
	native := []string{
		"accuracy train xgboost.train", "accuracy validation xgboost.train",
		"accuracy validation sklearn.metrics.accuracy_score", "accuracy train sklearn.metrics.accuracy_score",
	}
	tests := []struct {
		name, script string
		want         []string
		rounds       int
		file, load   string
	}{
		{"xgboost", `
import xgboost
from sklearn.metrics import accuracy_score
t, v = xgboost.DMatrix(a, label=c), xgboost.DMatrix(b, label=d)
params = {"objective": "multi:softmax", "num_class": 10, "eval_metric": ["merror", "mlogloss"], "nthread": 1}
m = xgboost.train(params, t, 3, evals=[(t, "train"), (v, "eval")], verbose_eval=False)
accuracy_score(d, m.predict(v)); accuracy_score(c, m.predict(t))`, native, 3,
			"model.ubj", "import xgboost\nassert xgboost.Booster(model_file=path).num_boosted_rounds() == 3"},
		{"lightgbm", `
import lightgbm
t = lightgbm.Dataset(a, c)
v = lightgbm.Dataset(b, d, reference=t)
params = {"objective": "multiclass", "num_class": 10, "metric": "multi_error", "verbose": -1, "num_threads": 1}
lightgbm.train(params, t, 3, valid_sets=[t, v])`, []string{
			"accuracy train lightgbm.train", "accuracy validation lightgbm.train"}, 3,
			"model.txt", "import lightgbm\nassert lightgbm.Booster(model_file=path).current_iteration() == 3"},
		{"estimators", `
import xgboost, lightgbm
lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1).fit(a, c).score(b, d)
xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(a, c, eval_set=[(b, d)], verbose=False).score(b, d)`, []string{
			"accuracy test sklearn.LGBMClassifier.score", "accuracy validation sklearn.XGBClassifier.score"}, 3,
			"model.ubj", "import xgboost\nm = xgboost.XGBClassifier()\nm.load_model(path)"},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: i}, digits+test.script)
			a.t = t
			if diff := cmp.Diff(test.want, a.clean().metrics()); diff != "" {
				t.Errorf("%s\n%s", diff, log)
			}
			if curve := a.all(agent.EventCurve); len(curve) != test.rounds {
				t.Errorf("%d rounds: %+v", len(curve), curve)
			}
			s.loads(a, test.file, test.load)
		})
	}
}

// What a script leaves open takes as many threads as the request says; what it
// says itself stays.
func TestBoostingThreads(t *testing.T) {
	t.Parallel()
	needs(t, "lightgbm", "sklearn")
	s := share(t, "xgboost")
	_, log := s.run(agent.Request{Threads: 1}, digits+`
import lightgbm
for given in ({}, {"n_jobs": 2}, {"num_threads": 3}):
    m = lightgbm.LGBMClassifier(n_estimators=1, verbose=-1, **given).fit(a, c)
    print(m.booster_.params["num_threads"], end=" ")`)
	if !strings.HasSuffix(log, "1 2 3 ") {
		t.Errorf("output %q, want 1, 2 and 3 threads", log)
	}
}

func TestMetricsSurviveFailure(t *testing.T) {
	needs(t, "sklearn")
	s := share(t, "sklearn")
	for trial, end := range []string{"1 / 0", "import sys; sys.exit(2)", "import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)"} {
		a, log := s.run(agent.Request{Trial: trial}, digits+tree+"T().fit(a, c).score(b, d)\n"+end)
		if len(a.metrics()) != 1 {
			t.Errorf("%s: %+v\n%s", end, a.events, log)
		}
		if models := len(a.all(agent.EventModel)); (models == 1) != (trial < 2) {
			t.Errorf("%s: %d models", end, models)
		}
	}
}

func TestSwitches(t *testing.T) {
	needs(t, "sklearn")
	s := share(t, "sklearn")
	for trial, off := range []string{"", "0", "sklearn", "keras,torch"} {
		a, _ := s.run(agent.Request{Trial: trial, Env: map[string]string{"MLHOOK_HOOKS": off}}, digits+tree+"T().fit(a, c).score(b, d)")
		if got := len(a.clean().metrics()); (got == 0) != (off == "0" || off == "sklearn") {
			t.Errorf("MLHOOK_HOOKS=%s: %d metrics", off, got)
		}
	}
}

// What is patched stays usable as before: pickled, copied, inspected, joined with others.
func TestPatchesDoNotShow(t *testing.T) {
	needs(t, "sklearn")
	s := share(t, "sklearn")
	a, _ := s.run(agent.Request{}, digits+tree+`
import copy, inspect, pickle
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score
import sklearn.metrics
assert list(inspect.signature(accuracy_score).parameters)[:2] == ["y_true", "y_pred"]
assert accuracy_score.__name__ == "accuracy_score" and accuracy_score.__doc__ and callable(accuracy_score)
assert pickle.loads(pickle.dumps(accuracy_score))([1], [1]) == 1
assert copy.deepcopy(accuracy_score) is accuracy_score
m = clone(pickle.loads(pickle.dumps(T().fit(a, c))))
assert list(inspect.signature(m.fit).parameters)[:2] == ["X", "y"]
try:
    T().predict(b)
except Exception as e:
    assert type(e).__name__ == "NotFittedError"
else:
    assert False`)
	a.clean()
}

// A program's callbacks may pickle the model that is trained, and ask what they are given.
func TestCallbacksOfBoosting(t *testing.T) {
	t.Parallel()
	needs(t, "xgboost", "lightgbm", "sklearn")
	a, _ := share(t, "xgboost").run(agent.Request{Threads: 1}, digits+`
import lightgbm, pickle, xgboost
class Pickles(xgboost.callback.TrainingCallback):
    def after_iteration(self, model, epoch, log):
        pickle.dumps(model)
        return False
update = xgboost.Booster.update
m = xgboost.train({"nthread": 1}, xgboost.DMatrix(a, c), 2, callbacks=[Pickles()])
assert m.num_boosted_rounds() == 2 and xgboost.Booster.update is update
envs = []
def callback(env): envs.append(isinstance(env, lightgbm.callback.CallbackEnv))
lightgbm.train({"verbose": -1, "num_threads": 1}, lightgbm.Dataset(a, c), 2, callbacks=[callback])
assert envs == [True, True]`)
	a.clean()
}

// loads checks the saved model's hash and that its framework can load it.
func (s *session) loads(a attempt, name, script string) {
	a.t.Helper()
	e := a.one(agent.EventModel)
	path := filepath.Join(a.dir, "model", name)
	data, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != e.SHA256 || int64(len(data)) != e.Size || e.Path != name {
		a.t.Errorf("%d bytes, event %+v", len(data), e)
	}
	out, err := exec.Command(interpreter(a.t), "-c", "import sys; path = sys.argv[1]\n"+script, path).CombinedOutput()
	if err != nil {
		a.t.Errorf("%s cannot be loaded: %s", name, out)
	}
}
