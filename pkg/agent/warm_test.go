package agent_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

const kerasNet = digits + `
import keras
from keras import layers as L
from keras.layers import Dense, Conv2D, Flatten, MaxPooling2D, BatchNormalization, Dropout, Reshape
MODEL
m.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
m.fit(a, c, epochs=3, verbose=0)
m.evaluate(b, d, verbose=0)
print([float(abs(w).sum()) for w in m.get_weights()])
`

const torchNet = digits + `
import torch
from torch import nn
from torch.nn import Linear, Conv2d, Flatten, MaxPool2d, BatchNorm1d, BatchNorm2d, Dropout, ReLU, Tanh, GELU, Unflatten
MODEL
o = torch.optim.Adam(m.parameters(), lr=0.01)
A, C = torch.tensor(a).float(), torch.tensor(c)
for _ in range(3):
    m.train()
    for i in torch.randperm(len(A)).split(64):
        o.zero_grad(); nn.functional.cross_entropy(m(A[i]), C[i]).backward(); o.step()
    m.eval()
    with torch.no_grad():
        print("Accuracy:", (m(torch.tensor(b).float()).argmax(1).numpy() == d).mean())
print([p.abs().sum().item() for p in m.parameters()])
`

const torchClass = `
class Net(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.conv, self.fc1, self.fc2 = Conv2d(1, channels, 3, padding=1), Linear(channels * 64, hidden), Linear(hidden, 10)
        self.norm = BatchNorm2d(channels)
    def forward(self, x):
        x = self.norm(self.conv(x.view(-1, 1, 8, 8))).relu()
        return self.fc2(self.fc1(x.flatten(1)).relu())
m = Net(%d, %d)`

const torchSequence = `
class Net(nn.Module):
    def __init__(self, kind, depth, hidden):
        super().__init__()
        self.rnn, self.fc = kind(8, hidden, depth, batch_first=True), Linear(hidden, 10)
    def forward(self, x):
        return self.fc(self.rnn(x.view(-1, 8, 8))[0][:, -1])
m = Net(nn.%s, %d, %d)`

const kerasBranches = `
i = L.Input((64,))
x = L.Concatenate()([L.Dense(%d, activation="relu")(i), L.Dense(%d, activation="tanh")(i)])
m = keras.Model(i, L.Dense(10, activation="softmax")(x))`

const kerasClass = `
class Net(keras.Model):
    def __init__(self, hidden):
        super().__init__()
        self.one, self.two = L.Dense(hidden, activation="relu"), L.Dense(10, activation="softmax")
    def call(self, x):
        return self.two(self.one(x))
m = Net(%d)`

// warm runs a trial that starts from another and returns how it started.
func (s *session) warm(trial int, script, from string) (agent.Event, string) {
	s.t.Helper()
	a, log := s.run(agent.Request{Trial: trial, Threads: 1, Seed: 3, Warm: from}, script)
	a.clean()
	e := a.one(agent.EventWarm)
	if (e.Level == agent.LevelCold) != (e.Value == nil) || e.Level != agent.LevelCold && (*e.Value >= 1e-5 || e.Samples == 0) {
		s.t.Errorf("%+v", e)
	}
	if e.Value != nil {
		s.t.Logf("%s, difference %.2g: %s", e.Level, *e.Value, e.Text)
	} else {
		s.t.Logf("%s: %s", e.Level, e.Text)
	}
	return e, log
}

// moves is a parent and its children; each says how it must start and words of why.
type moves struct {
	parent   string
	children [][3]string
}

func (s *session) tries(net string, all []moves) {
	trial := 0
	for _, family := range all {
		parent := trial
		a, log := s.run(agent.Request{Trial: parent, Threads: 1, Seed: 3, Leave: true}, strings.Replace(net, "MODEL", family.parent, 1))
		a.clean()
		if strings.Contains(log, "Traceback") || len(a.all(agent.EventWarm)) > 0 {
			s.t.Fatal(log)
		}
		for _, child := range family.children {
			trial++
			e, _ := s.warm(trial, strings.Replace(net, "MODEL", child[0], 1), s.left(parent))
			if e.Level != child[1] || !strings.Contains(e.Text, child[2]) {
				s.t.Errorf("%s\nbecame\n%s\nstarts %s: %s, want %s: %s", family.parent, child[0], e.Level, e.Text, child[1], child[2])
			}
		}
		trial++
	}
}

func TestWarmKeras(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	list := func(layers ...string) string { return "m = keras.Sequential([" + strings.Join(layers, ", ") + "])" }
	dense, out := "Dense(16, activation='relu')", "Dense(10, activation='softmax')"
	rows := "Reshape((8, 8))"
	image, conv := "Reshape((8, 8, 1))", "Conv2D(8, 3, padding='same', activation='relu')"
	share(t, "keras").tries(kerasNet, []moves{
		{list(dense, out), [][3]string{
			{list(dense, out), "warm", "2 of 2 layers"},
			{list("keras.Input((64,))", dense, out), "warm", "2 of 2 layers"},
			{list("Dense(64, activation='relu')", out), "grown", "Dense 16 -> 64 widened"},
			{list(dense, "Dense(16, activation='relu', name='mlhook_dense_7')", out), "grown", "Dense (relu) inserted"},
			{list(dense, "Dense(64, activation='relu', name='mlhook_dense_7')", out), "grown", "Dense (relu) inserted"},
			{list(dense, "BatchNormalization()", out), "grown", "BatchNormalization inserted"},
			{list(dense, "Dropout(0.3)", out), "grown", "Dropout inserted"},
			{list(dense, "Dense(16, activation='gelu')", out), "cold", "differ"},
			{list(dense, "Dense(8, activation='relu')", out), "cold", "no place"},
			{list("Dense(16, activation='tanh')", out), "cold", "differ"},
			{list("Dense(8, activation='relu')", out), "cold", "no place"},
		}},
	})
	// A model starts before its first step. The graph of one is as that of another, and takes the longest.
	eagerly := strings.NewReplacer("metrics=", "run_eagerly=True, metrics=", "verbose=0", "batch_size=449, verbose=0").Replace(kerasNet)
	share(t, "keras").tries(eagerly, []moves{
		{list("Dense(16, activation='tanh')", out), [][3]string{
			{list("Dense(16, activation='tanh')", dense, out), "cold", "differ"},
			{list("Dense(32, activation='tanh')", out), "grown", "16 -> 32"},
		}},
		{list(image, conv, "MaxPooling2D()", "Flatten()", out), [][3]string{
			{list(image, "Conv2D(24, 3, padding='same', activation='relu')", "MaxPooling2D()", "Flatten()", out), "grown", "Conv2D 8 -> 24 widened"},
			{list(image, conv, conv, "MaxPooling2D()", "Flatten()", out), "grown", "Conv2D (relu) inserted"},
			{list(image, conv, "BatchNormalization()", "MaxPooling2D()", "Flatten()", out), "grown", "BatchNormalization inserted"},
			{list(image, conv, "MaxPooling2D()", "Dropout(0.2)", "Flatten()", "Dense(128, activation='relu')", out), "grown", "Dense (relu) inserted"},
			{list(image, conv, "Flatten()", out), "cold", "128 inputs have become 512"},
		}},
		{list(rows, "L.LSTM(8, return_sequences=True)", "L.GRU(6)", out), [][3]string{
			{list(rows, "L.LSTM(8, return_sequences=True)", "L.GRU(6)", out), "warm", "3 of 3 layers"},
			{list(rows, "L.LSTM(20, return_sequences=True)", "L.GRU(6)", out), "grown", "LSTM 8 -> 20 widened"},
			{list(rows, "L.LSTM(8, return_sequences=True)", "L.GRU(15)", out), "grown", "GRU 6 -> 15 widened"},
			{list(rows, "L.LSTM(16, return_sequences=True)", "L.GRU(12)", out), "grown", "LSTM 8 -> 16 widened, GRU 6 -> 12 widened"},
			{list(rows, "L.LSTM(4, return_sequences=True)", "L.GRU(6)", out), "cold", "no place"},
		}},
		{list(rows, "L.SimpleRNN(8)", out), [][3]string{
			{list(rows, "L.SimpleRNN(20)", out), "grown", "SimpleRNN 8 -> 20 widened"},
		}},
		{fmt.Sprintf(kerasBranches, 6, 7), [][3]string{
			{fmt.Sprintf(kerasBranches, 6, 7), "warm", ""},
			{fmt.Sprintf(kerasBranches, 9, 8), "grown", "6 -> 9"},
		}},
		{fmt.Sprintf(kerasClass, 16), [][3]string{
			{fmt.Sprintf(kerasClass, 16), "warm", ""},
			{fmt.Sprintf(kerasClass, 20), "grown", "16 -> 20"},
		}},
	})
}

func TestWarmTorch(t *testing.T) {
	t.Parallel()
	needs(t, "torch", "sklearn")
	list := func(layers ...string) string { return "m = nn.Sequential(" + strings.Join(layers, ", ") + ")" }
	one, two, relu := "Linear(64, 16)", "Linear(16, 10)", "ReLU()"
	image, conv := "Unflatten(1, (1, 8, 8))", "Conv2d(1, 8, 3, padding=1)"
	share(t, "torch").tries(torchNet, []moves{
		{list(one, relu, two), [][3]string{
			{list(one, relu, two), "warm", "2 of 2 layers"},
			{list(one, relu, two) + "\nimport functools\ntorch.optim.Adam = functools.partial(torch.optim.SGD, momentum=0.5)", "warm", ""},
			{list("Linear(64, 64)", relu, "Linear(64, 10)"), "grown", "Linear 16 -> 64 widened"},
			{list(one, relu, "Linear(16, 16)", relu, two), "grown", "Linear inserted"},
			{list(one, relu, "Linear(16, 64)", relu, "Linear(64, 10)"), "grown", "Linear inserted"},
			{list(one, "BatchNorm1d(16)", relu, two), "grown", "BatchNorm1d inserted"},
			{list(one, relu, "Dropout(0.3)", two), "grown", "Dropout inserted"},
			{list(one, relu, "Linear(16, 16)", "GELU()", two), "cold", "differ"},
			{list(one, relu, "nn.LayerNorm(16)", two), "cold", "an inserted LayerNorm is no identity"},
			{list("Linear(64, 8)", relu, "Linear(8, 10)"), "cold", "no place"},
		}},
		{list(one, "Tanh()", two), [][3]string{
			{list(one, "Tanh()", "Linear(16, 16)", relu, two), "cold", "differ"},
			{list(one, "Tanh()", "Linear(16, 16)", two), "grown", "Linear inserted"},
		}},
		{list(image, conv, relu, "MaxPool2d(2)", "Flatten()", "Linear(128, 10)"), [][3]string{
			{list(image, conv, relu, "Conv2d(8, 8, 3, padding=1)", relu, "MaxPool2d(2)", "Flatten()", "Linear(128, 10)"), "grown", "Conv2d inserted"},
			{list(image, "Conv2d(1, 24, 3, padding=1)", relu, "MaxPool2d(2)", "Flatten()", "Linear(384, 10)"), "grown", "Conv2d 8 -> 24 widened"},
			{list(image, conv, "BatchNorm2d(8)", relu, "MaxPool2d(2)", "Flatten()", "Linear(128, 10)"), "grown", "BatchNorm2d inserted"},
		}},
		{fmt.Sprintf(torchSequence, "LSTM", 2, 8), [][3]string{
			{fmt.Sprintf(torchSequence, "LSTM", 2, 8), "warm", "2 of 2 layers"},
			{fmt.Sprintf(torchSequence, "LSTM", 2, 20), "grown", "LSTM 8 -> 20 widened"},
			{fmt.Sprintf(torchSequence, "LSTM", 2, 6), "cold", "no place"},
		}},
		{fmt.Sprintf(torchSequence, "GRU", 1, 8), [][3]string{{fmt.Sprintf(torchSequence, "GRU", 1, 16), "grown", "GRU 8 -> 16 widened"}}},
		{fmt.Sprintf(torchSequence, "RNN", 1, 8), [][3]string{{fmt.Sprintf(torchSequence, "RNN", 1, 16), "grown", "RNN 8 -> 16 widened"}}},
		{fmt.Sprintf(torchClass, 4, 16), [][3]string{
			{fmt.Sprintf(torchClass, 4, 16), "warm", "4 of 4 layers"},
			{fmt.Sprintf(torchClass, 9, 16), "grown", "Conv2d 4 -> 9 widened"},
			{fmt.Sprintf(torchClass, 8, 64), "grown", "Linear 16 -> 64 widened"},
			{fmt.Sprintf(torchClass, 4, 16) + "\nm.fc2 = nn.Sequential(Linear(16, 16), ReLU(), Linear(16, 10))", "grown", "Linear inserted"},
		}},
	})
}

func TestWarmEstimators(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "xgboost", "lightgbm")
	mlp := "from sklearn.neural_network import MLPClassifier\nm = MLPClassifier(%s, max_iter=8).fit(a, c)\nassert m.warm_start is False"
	forest := "from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(%s).fit(a, c)"
	sgd := "from sklearn.linear_model import SGDClassifier\nm = SGDClassifier(alpha=%s).fit(a, c)"
	xgb := "import xgboost\nt = xgboost.DMatrix(a, label=c)\nm = xgboost.train({'objective': 'multi:%s', 'num_class': 10, 'nthread': 1, 'eta': %s}, t, 3)\nprint(m.num_boosted_rounds())"
	lgb := "import lightgbm\nt = lightgbm.Dataset(a, c)\nm = lightgbm.train({'objective': 'multiclass', 'num_class': 10, 'verbose': -1, 'eta': %s}, t, 3)"
	wrapper := "import lightgbm, xgboost\nm = %s(n_estimators=3, n_jobs=1).fit(a, c)"
	f := fmt.Sprintf
	share(t, "xgboost").tries(digits+"import warnings; warnings.simplefilter('ignore')\nMODEL\n", []moves{
		{f(mlp, "(16,)"), [][3]string{
			{f(mlp, "(16,), learning_rate_init=0.01"), "warm", "2 of 2 layers"},
			{f(mlp, "(64,)"), "grown", "16 -> 64"},
			{f(mlp, "(16, 32)"), "grown", "inserted"},
			{f(mlp, "(16,), 'tanh'"), "cold", "differ"},
			{f(mlp, "(8,)"), "cold", "no place"},
			{f(sgd, "0.1"), "cold", "does not go on"},
		}},
		{f(forest, "5"), [][3]string{
			{f(forest, "9") + "\nassert len(m.estimators_) == 9", "warm", ""},
			{f(forest, "5"), "cold", "all 5"},
			{f(forest, "9, max_depth=3"), "cold", "max_depth"},
		}},
		{f(sgd, "0.01"), [][3]string{{f(sgd, "0.001"), "warm", ""}}},
		{"from sklearn.svm import SVC\nSVC().fit(a, c)", [][3]string{{"from sklearn.svm import SVC\nSVC().fit(a, c)", "cold", "no warm_start"}}},
		{f(xgb, "softmax", "0.1"), [][3]string{
			{f(xgb, "softmax", "0.3") + "\nassert m.num_boosted_rounds() == 6", "warm", "3 rounds"},
			{f(xgb, "softprob", "0.3") + "\nassert m.num_boosted_rounds() == 3", "cold", "targets"},
		}},
		{f(lgb, "0.1"), [][3]string{
			{f(lgb, "0.3") + "\nassert m.num_trees() == 60", "warm", "3 rounds"},
			{strings.Replace(f(lgb, "0.3"), "\nm", "\nt.construct()\nm", 1), "cold", "built already"},
		}},
		{f(wrapper, "xgboost.XGBClassifier"), [][3]string{
			{f(wrapper, "xgboost.XGBClassifier") + "\nassert m.get_booster().num_boosted_rounds() == 6", "warm", "3 rounds"},
			{f(wrapper, "lightgbm.LGBMClassifier"), "cold", "no booster of lightgbm"},
		}},
		{f(wrapper, "lightgbm.LGBMClassifier"), [][3]string{{f(wrapper, "lightgbm.LGBMClassifier"), "warm", "3 rounds"}}},
	})
}

// A start that is refused leaves the trial as it would have been without a parent.
func TestWarmRefusedIsCold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ module, script, parent, child string }{
		{"keras", kerasNet, "m = keras.Sequential([Dense(16, activation='relu'), Dense(10, activation='softmax')])",
			"m = keras.Sequential([Dense(16, activation='relu'), Dropout(0.2), Dense(16, activation='gelu'), Dense(10, activation='softmax')])"},
		{"torch", torchNet, "m = nn.Sequential(Linear(64, 16), ReLU(), Linear(16, 10))",
			"m = nn.Sequential(Linear(64, 16), ReLU(), BatchNorm1d(16), Dropout(0.2), Linear(16, 16), GELU(), Linear(16, 10))"},
		{"sklearn", digits + "from sklearn.neural_network import MLPClassifier\nm = MLPClassifier(MODEL, max_iter=30).fit(a, c)\nprint(m.loss_)",
			"(16,)", "(16, 16), 'tanh'"},
	} {
		t.Run(c.module, func(t *testing.T) {
			needs(t, c.module, "sklearn")
			s := share(t, c.module)
			s.run(agent.Request{Trial: 0, Threads: 1, Seed: 3, Leave: true}, strings.Replace(c.script, "MODEL", c.parent, 1))
			child := strings.Replace(c.script, "MODEL", c.child, 1)
			_, alone := s.run(agent.Request{Trial: 1, Threads: 1, Seed: 3}, child)
			e, refused := s.warm(2, child, s.left(0))
			if e.Level != agent.LevelCold || alone != refused {
				t.Errorf("%+v\n%s\nwithout a parent\n%s", e, refused, alone)
			}
			for file, text := range map[string]string{"MANIFEST.json": "{}", "state.npz": "x"} {
				if err := os.WriteFile(s.at(0, 1, "warm", file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				if e, log := s.warm(3+len(file), child, s.left(0)); e.Level != agent.LevelCold || !strings.Contains(e.Text, "damaged") || log != alone {
					t.Errorf("%s: %+v", file, e)
				}
			}
			if e, log := s.warm(20, child, s.left(7)); e.Level != agent.LevelCold || log != alone {
				t.Errorf("no parent: %+v", e)
			}
		})
	}
}

// A split of its own in every trial, which the run's seed does not reach.
const ownSplit = `
import os
import numpy as np
own = np.random.RandomState(int(os.environ["TRIAL"]))
def split(X, y):
    order = own.permutation(len(X))
    return X[order[150:]], X[order[:150]], y[order[150:]], y[order[:150]]
`

const coins = `
import numpy as np
flips = np.random.RandomState(11)
X, y = flips.normal(size=(600, 20)).astype("float32"), flips.randint(0, 2, 600)
`

const coinsTorch = coins + `SPLIT
a, b, c, d = split(X, y)
import torch
from torch import nn
m = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
o = torch.optim.Adam(m.parameters(), lr=0.01)
A, C = torch.tensor(a), torch.tensor(c)
for _ in range(EPOCHS):
    for i in torch.randperm(len(A)).split(BATCH):
        o.zero_grad(); nn.functional.cross_entropy(m(A[i]), C[i]).backward(); o.step()
print("Accuracy:", (m(torch.tensor(b)).argmax(1).numpy() == d).mean())
`

const coinsSklearn = coins + `SPLIT
import warnings; warnings.simplefilter("ignore")
from sklearn.neural_network import MLPClassifier
a, b, c, d = split(X, y)
print("Accuracy:", MLPClassifier((32,), max_iter=15).fit(a, c).score(b, d))
`

// Where labels are coin flips, nothing can be learned: what a warm start brings
// beyond that has been seen in training. Twenty trials, each from the one before.
func TestCoinFlips(t *testing.T) {
	t.Parallel()
	batches, single := strings.NewReplacer("EPOCHS", "15", "BATCH", "64"), strings.NewReplacer("EPOCHS", "1", "BATCH", "1")
	const shared = "from sklearn.model_selection import train_test_split as split"
	for _, c := range []struct {
		module, name, script, split string
		warm                        bool // whether the trials do start warm
	}{
		{"torch", "one split", batches.Replace(coinsTorch), shared, true},
		{"torch", "own splits", batches.Replace(coinsTorch), ownSplit, false},
		// So small a batch may hold the parent's rows only: the trial starts warm, and is void.
		{"torch", "own splits, one row a batch", single.Replace(coinsTorch), ownSplit, true},
		{"sklearn", "one split", coinsSklearn, shared, true},
		{"sklearn", "own splits", coinsSklearn, ownSplit, false},
	} {
		t.Run(c.module+"/"+c.name, func(t *testing.T) {
			needs(t, c.module, "sklearn")
			const trials, limit = 20, 0.5 + 3*0.0408 // the standard error with 150 rows
			s := share(t, c.module)
			script, best, voids := strings.Replace(c.script, "SPLIT", c.split, 1), 0.0, 0
			levels := map[string]int{}
			request := func(n int) agent.Request {
				return agent.Request{Trial: n, Threads: 1, Seed: 3, Leave: true, Env: map[string]string{"TRIAL": fmt.Sprint(n)}}
			}
			s.run(request(0), script)
			for trial := 1; trial <= trials; trial++ {
				r := request(trial)
				r.Warm = s.left(trial - 1)
				a, log := s.run(r, script)
				levels[a.clean().one(agent.EventWarm).Level]++
				if len(a.all(agent.EventVoid)) > 0 {
					voids++
					continue
				}
				var accuracy float64
				if err := scan(strings.TrimPrefix(log, "Accuracy:"), &accuracy); err != nil {
					t.Fatal(log)
				}
				best = max(best, accuracy)
			}
			t.Logf("starts %v, %d void, best accuracy %.3f, limit %.3f", levels, voids, best, limit)
			if best > limit || (levels[agent.LevelWarm] > 0) != c.warm || c.warm && c.split == shared && (voids > 0 || best == 0) {
				t.Errorf("starts %v, %d void, best accuracy %.3f, limit %.3f", levels, voids, best, limit)
			}
		})
	}
}

// A trial that started warm goes on from its checkpoints as it would have gone
// on by itself, and its lineage stays known.
func TestWarmThenResumed(t *testing.T) {
	t.Parallel()
	grow := func(net, parent, child string) [2]string {
		return [2]string{strings.Replace(net, "MODEL", parent, 1), strings.Replace(net, "MODEL", child, 1)}
	}
	boost := digits + "import xgboost\nm = xgboost.train({'num_class': 10, 'objective': 'multi:softprob', 'eta': MODEL}, xgboost.DMatrix(a, label=c), 6)\n" +
		"print(m.num_boosted_rounds(), m.predict(xgboost.DMatrix(b)).max(1).sum())"
	for module, scripts := range map[string][2]string{
		"torch":   grow(torchNet, "m = nn.Sequential(Linear(64, 16), ReLU(), Linear(16, 10))", "m = nn.Sequential(Linear(64, 32), ReLU(), Linear(32, 10))"),
		"keras":   grow(kerasNet, "m = keras.Sequential([Dense(16), Dense(10, activation='softmax')])", "m = keras.Sequential([Dense(32), Dense(10, activation='softmax')])"),
		"xgboost": grow(boost, "0.1", "0.3"),
	} {
		t.Run(module, func(t *testing.T) {
			needs(t, module, "sklearn")
			s := share(t, module)
			s.run(agent.Request{Trial: 0, Threads: 1, Seed: 7, Leave: true}, scripts[0])
			r := agent.Request{Trial: 1, Threads: 1, Seed: 7, Share: 1, Warm: s.left(0)}
			a, whole := s.run(r, scripts[1])
			if e := a.clean().one(agent.EventWarm); e.Level == agent.LevelCold {
				t.Fatalf("%+v", e)
			}
			saved := a.all(agent.EventCheckpoint)
			r.Attempt, r.Resume = 2, saved[len(saved)-2].Path
			a, rest := s.attempted(r, map[string]string{"train.py": scripts[1]})
			if e := a.clean().one(agent.EventResume); e.Level != agent.LevelExact || e.Path != r.Resume {
				t.Errorf("%+v", e)
			}
			if lastLine(whole) != lastLine(rest) {
				t.Errorf("%s\nwhen resumed\n%s", whole, rest)
			}
		})
	}
}

func lastLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[len(lines)-1]
}
