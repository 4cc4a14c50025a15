package space

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// named are the tunables of a script that have one of some names or roles, as
// "name=value".
func named(text, family string, asked ...string) (got []string) {
	m := project.Parse("a.py", []byte(text), Known)
	for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, family) {
		if slices.Contains(asked, x.Name) || slices.Contains(asked, x.Role) {
			got = append(got, x.Name+"="+x.Value)
		}
	}
	slices.Sort(got)
	return got
}

// TestTraining holds which loops train, what their length is, and which rates
// descents have that are written by hand.
func TestTraining(t *testing.T) {
	const (
		numpy = "import numpy as np\nX, y, w = np.ones((9, 3)), np.ones(9), np.zeros(3)\n"
		torch = "import torch\nnet = torch.nn.Linear(3, 2)\nopt = torch.optim.SGD(net.parameters(), 0.1)\n"
		step  = "    opt.zero_grad()\n    net(X).sum().backward()\n    opt.step()\n"
	)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"by hand":           {numpy + "lr = 0.1\nfor epoch in range(7):\n    w -= lr * X.T @ (X @ w - y) / 9\n", []string{"lr=0.1", "steps=7"}},
		"as a sum":          {numpy + "eta, n = 0.1, 7\nfor i in range(n):\n    g = X.T @ (X @ w - y)\n    w = w - (eta / 9) * g\n", []string{"eta=0.1", "steps=7"}},
		"a perceptron":      {numpy + "lr = 0.1\nfor _ in range(7):\n    for x, t in zip(X, y):\n        w += lr * (t - (x @ w > 0)) * x\n", []string{"epochs=7", "lr=0.1"}},
		"layers in a loop":  {numpy + "W, lr = {0: w, 1: w}, 0.1\ndef update(g):\n    for l in range(2):\n        W[l] = W[l] - lr * g[l]\nfor epoch in range(7):\n    update(W)\n", []string{"lr=0.1", "steps=7"}},
		"a class":           {numpy + "class Net:\n    def __init__(self, lr=0.1, n_iters=7):\n        self.lr = lr\n        self.n_iters = n_iters\n        self.w = w\n    def fit(self, X):\n        for _ in range(self.n_iters):\n            self.w -= self.lr * X.mean(0)\nfor seed in range(3):\n    Net(lr=0.2).fit(X)\n", []string{"lr=0.2", "steps=7"}},
		"no rate":           {numpy + "decay = 0.1\nfor i in range(7):\n    w -= decay * w\n", nil},
		"while":             {torch + "epoch, N = 0, 7\nwhile epoch < N:\n" + step + "    epoch += 1\n", []string{"lr=0.1", "steps=7"}},
		"while, or sooner":  {torch + "epoch, acc = 0, 0\nwhile acc < 0.9 and epoch < 7:\n" + step + "    epoch += 1\n", []string{"lr=0.1", "steps=7"}},
		"while, for ever":   {torch + "acc = 0\nwhile acc < 9:\n" + step + "    acc = float(net(X).mean())\n", []string{"lr=0.1"}},
		"several trainings": {torch + "for run in range(3):\n  for epoch in range(7):\n" + strings.ReplaceAll(step, "    ", "      "), []string{"lr=0.1", "steps=7"}},
		"made anew":         {"import torch\nfor k in range(3):\n  net = torch.nn.Linear(3, 2)\n  opt = torch.optim.SGD(net.parameters(), 0.1)\n  for epoch in range(7):\n" + strings.ReplaceAll(step, "    ", "      "), []string{"lr=0.1", "steps=7"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, named(c.text, "torch", "epochs", "steps", "lr", "eta", "decay")); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// TestTurns holds what a turn of a loop that trains is: an epoch of batches, or one
// step. Where it is not seen, there are never fewer than the user has.
func TestTurns(t *testing.T) {
	const (
		head = "import torch\nfrom torch.utils.data import DataLoader\nnet = torch.nn.Linear(3, 2)\nopt = torch.optim.SGD(net.parameters(), 0.1)\nloader = DataLoader(d, batch_size=8)\n"
		step = "opt.zero_grad(); net(X).sum().backward(); opt.step()\n"
		loop = "for epoch in range(1000):\n"
	)
	for name, c := range map[string]struct {
		text, role string
		low, high  float64
	}{
		"all rows":                     {loop + "    " + step, "steps", 1, 10000},
		"and a look at the test":       {loop + "    " + step + "    for x in loader:\n        net(x)\n", "steps", 1, 10000},
		"batches":                      {loop + "    for x in loader:\n        " + step, "epochs", 1, 1000},
		"batches, and a schedule":      {loop + "    for x in loader:\n        " + step + "    schedule.step()\n", "epochs", 1, 1000},
		"slices":                       {loop + "    for i in range(0, len(X), 8):\n        " + step, "epochs", 1, 1000},
		"two networks against another": {loop + "    for _ in range(5):\n        " + step + "    other(X).sum().backward()\n", "steps", 1, 10000},
		"a function of batches":        {"def train(net):\n    net.train()\n    for x in loader:\n        " + step + loop + "    train(net)\n", "epochs", 1, 1000},
		"a function of a step":         {"def train(net):\n    net.train()\n    " + step + loop + "    train(net)\n", "steps", 1, 10000},
		"a function of a step, called": {"def train(x):\n    " + step + loop + "    for x in loader:\n        train(x)\n", "epochs", 1, 1000},
		"until it is over":             {loop + "    while not done:\n        " + step, "epochs", 1000, 10000},
		"elsewhere":                    {"from lib import train_model\n" + loop + "    train_model(net)\n", "epochs", 1000, 10000},
		"few, elsewhere":               {"from lib import train_model\nfor epoch in range(2):\n    train_model(net)\n", "epochs", 2, 500},
		"partial_fit":                  {loop + "    net.partial_fit(X, y)\n", "epochs", 1, 1000},
		"layers by hand":               {loop + "    for l in range(2):\n        W[l] -= lr * g[l]\n", "steps", 1, 10000},
	} {
		m := project.Parse("a.py", []byte(head+c.text), Known)
		all := Find([]*project.Module{m}, project.Modules{"a.py": m}, "torch")
		i := slices.IndexFunc(all, func(x Tunable) bool { return slices.Contains(turns, x.Role) })
		if i < 0 || all[i].Role != c.role || all[i].Low != c.low || all[i].High != c.high {
			t.Errorf("%s: %+v, want %s from %g to %g", name, all[max(i, 0)], c.role, c.low, c.high)
		}
	}
}
