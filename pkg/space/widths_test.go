package space

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// programOf is the program that train.py begins.
func programOf(t *testing.T, files map[string]string) ([]*project.Module, project.Modules) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := project.New(tree, Known)
	if err != nil {
		t.Fatal(err)
	}
	program, err := p.Closure("train.py")
	if err != nil {
		t.Fatal(err)
	}
	modules := project.Modules{}
	for _, m := range program {
		modules[m.Name] = m
	}
	return program, modules
}

// widthOf is the width that a torch program offers, as file: value.
func widthOf(t *testing.T, files map[string]string) (found []string) {
	t.Helper()
	program, modules := programOf(t, files)
	for _, x := range Find(program, modules, "torch") {
		if x.Kind == "number" && (x.Role == "width" || x.Role == "filters") {
			found = append(found, x.File+": "+x.Value)
		}
	}
	return found
}

// TestNamedWidths holds that widths which have a name change together, wherever
// the name stands, and that those of the data and of the output do not.
func TestNamedWidths(t *testing.T) {
	const (
		head = "import torch, torch.nn as nn\n"
		body = "        super().__init__()\n        self.a = nn.Linear(20, HIDDEN)\n        self.b = nn.Linear(HIDDEN, HIDDEN)\n        self.c = nn.Linear(HIDDEN, 3)\n"
		net  = "class Net(nn.Module):\n    def __init__(self, n_in=DIM, hidden=DIM, n_out=10):\n"
	)
	class := func(parameter, hidden string) string {
		return "class Net(nn.Module):\n    def __init__(self, " + parameter + "):\n" + strings.ReplaceAll(body, "HIDDEN", hidden)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"parameter": {map[string]string{"train.py": head + class("hidden=64", "hidden") + "Net()\n"}, []string{"train.py: 64"}},
		"constant":  {map[string]string{"train.py": head + "H = 64\n" + class("hidden=H", "hidden") + "Net()\nprint(H)\n"}, []string{"train.py: 64"}},
		"dataclass": {map[string]string{"train.py": head + "from dataclasses import dataclass\n@dataclass\nclass Config:\n    hidden: int = 64\n    classes: int = 3\n" +
			class("cfg", "cfg.hidden") + "cfg = Config()\nNet(cfg)\n"}, []string{"train.py: 64"}},
		"command line": {map[string]string{"train.py": head + "import argparse\np = argparse.ArgumentParser()\np.add_argument('--hidden', type=int, default=64)\nargs = p.parse_args()\n" +
			class("args", "args.hidden") + "Net(args)\n"}, []string{"train.py: 64"}},
		"file": {map[string]string{"c.yaml": "model:\n  hidden: 64\n", "train.py": head + "import yaml\nC = yaml.safe_load(open('c.yaml'))\n" +
			class("", "C['model']['hidden']") + "Net()\n"}, []string{"c.yaml: 64"}},

		"data":    {map[string]string{"train.py": head + "DIM = 64\n" + net + "        self.a = nn.Linear(n_in, hidden)\n        self.b = nn.Linear(hidden, n_out)\nNet()\n"}, nil},
		"later":   {map[string]string{"train.py": head + "DIM = 64\n" + net + "        self.a = nn.Linear(n_in, 32)\n        self.b = nn.Linear(32, hidden)\n        self.c = nn.Linear(hidden, n_out)\nNet()\n"}, nil},
		"classes": {map[string]string{"train.py": head + "N = 64\n" + class("hidden=N", "hidden") + "        self.d = nn.Linear(hidden, N)\nNet()\n"}, nil},
		"drawn":   {map[string]string{"train.py": head + "H = 64\n" + class("hidden=H", "hidden") + "X = torch.randn(100, H)\nNet()\n"}, nil},
		"heads":   {map[string]string{"train.py": head + class("hidden=64", "hidden") + "        self.d = nn.MultiheadAttention(hidden, 4)\nNet()\n"}, nil},
		"groups":  {map[string]string{"train.py": head + class("hidden=64", "hidden") + "        self.d = nn.Conv1d(hidden, hidden, 3, groups=4)\nNet()\n"}, nil},
	} {
		if d := cmp.Diff(c.want, widthOf(t, c.files)); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

// TestChains holds that a width written as a number changes with the layer that
// takes it where a model is a plain chain, and not where it branches.
func TestChains(t *testing.T) {
	for forward, want := range map[string][]string{
		"h = torch.relu(self.a(x))\n        h = torch.relu(self.b(h))\n        return self.c(h.view(h.size(0), -1))":          {"train.py: 32", "train.py: 16"},
		"h = torch.relu(self.a(x))\n        return self.c(torch.relu(self.b(h))), h":                                          nil,
		"h = torch.relu(self.a(x))\n        return self.b(h), self.c(h)":                                                      nil,
		"h = self.a(x)\n        return self.c(torch.add(h, torch.relu(self.b(h))))":                                           nil,
		"return self.c(torch.maximum(self.a(x), self.b(z)))":                                                                  nil,
		"h = self.a(x)\n        mu, lv = self.b(h), self.c(h)\n        return mu.add(torch.exp(lv).mul(torch.rand_like(lv)))": nil,
	} {
		script := "import torch, torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(20, 32)\n" +
			"        self.b = nn.Linear(32, 16)\n        self.c = nn.Linear(16, 2)\n    def forward(self, x, z=None):\n        " + forward + "\n"
		if d := cmp.Diff(want, widthOf(t, map[string]string{"train.py": script})); d != "" {
			t.Errorf("%s: -want +got\n%s", forward, d)
		}
	}
}
