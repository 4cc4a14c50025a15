package project

import "testing"

// TestValues holds what an argument of use(...) stands for, empty where that is unknown.
func TestValues(t *testing.T) {
	const (
		net    = "class Net:\n    def __init__(self, width=1, rate=0.1):\n        use(width)\n"
		nested = "from dataclasses import dataclass, field\n@dataclass\nclass Optim:\n    lr: float = 0.1\n@dataclass\nclass Config:\n"
	)
	for text, want := range map[string]string{
		nested + "    optim: Optim = field(default_factory=Optim)\nc = Config()\nuse(c.optim.lr)\n":                 "0.1",
		nested + "    optim: Optim = field(default_factory=lambda: Optim(lr=0.2))\nc = Config()\nuse(c.optim.lr)\n": "", // not by the default
		nested + "    sizes: list = field(default_factory=lambda: [8, 9])\nc = Config()\nuse(c.sizes[1])\n":         "9",
		nested + "    size: int = field(default=7)\nuse(Config().size)\n":                                           "7",
		net + "Net(width=2)\n": "2",
		net + "from functools import partial\nmake = partial(Net, width=2)\nmake()\n":                                                                             "2",
		net + "import functools\nmake = functools.partial(Net, 2)\nmake()\n":                                                                                      "2",
		net + "NeuralNetClassifier(Net, module__width=2, lr=0.1)\n":                                                                                               "2",
		net + "NeuralNetClassifier(module=Net, module__width=2)\n":                                                                                                "2",
		net + "NeuralNetClassifier(Net, lr=0.1)\n":                                                                                                                "1",
		net + "NeuralNetClassifier(Net, **given)\n":                                                                                                               "",
		"def make(name, **rest):\n    use(rest['C'])\nmake('svm', C=3)\n":                                                                                         "3",
		"def make(name, **rest):\n    use(rest['C'])\nmake('svm', C=3)\nmake('b')\n":                                                                              "",
		"def make(name, **rest):\n    use(rest['C'])\nmake('svm', **given)\n":                                                                                     "",
		"class A:\n    rate = 0.1\n    @property\n    def given(self):\n        return {'lr': self.rate}\n    def go(self):\n        use(self.given['lr'])\n":     "0.1",
		"class A:\n    @property\n    def given(self):\n        if self.x:\n            return 1\n        return 2\n    def go(self):\n        use(self.given)\n": "",
		"@click.option('--c', 'C', default=0.3)\ndef main(C):\n    use(C)\nmain()\n":                                                                              "0.3",
		"@click.option('-c', '--cost', default=0.3)\ndef main(cost):\n    use(cost)\nmain()\n":                                                                    "0.3",
		"class Lit:\n    def __init__(self, lr=0.3):\n        self.save_hyperparameters()\n    def go(self):\n        use(self.hparams.lr)\nLit()\n":              "0.3",
		"class Lit:\n    def __init__(self, lr=0.3):\n        self.lr = lr\n    def go(self):\n        use(self.hparams.lr)\nLit()\n":                             "",
		"rates = {'sgd': 0.1, 'adam': 0.2}\nname = 'adam'\nuse(rates[name])\n":                                                                                    "0.2",
		"rates = {'sgd': 0.1, 'adam': 0.2}\nfor name in rates:\n    use(rates[name])\n":                                                                           "",
	} {
		m := Parse("train.py", []byte(text), func(string) bool { return false })
		for _, c := range m.Calls {
			if LastName(c.Func) != "use" {
				continue
			}
			if at, _ := m.Value(c.Args[0], Modules{m.Name: m}).Literal(); at.Text != want {
				t.Errorf("%s: %q, want %q", text, at.Text, want)
			}
		}
	}
}

// TestSetFromOutside holds that what a file sets in another is what that has.
func TestSetFromOutside(t *testing.T) {
	for text, want := range map[string]string{
		"import config\nuse(config.RATE)\n":                                       "0.1",
		"import config\nconfig.RATE = 0.2\nuse(config.RATE)\n":                    "0.2",
		"import config as c\nc.RATE = 0.2\nuse(c.RATE)\n":                         "0.2",
		"import config\nconfig.RATE = input()\nuse(config.RATE)\n":                "",
		"import config\nconfig.RATE = 0.2\nconfig.RATE = 0.3\nuse(config.RATE)\n": "",
		"import config\nother.RATE = 0.2\nuse(config.RATE)\n":                     "0.1",
		"import config\nfrom config import RATE\nconfig.OTHER = 0.2\nuse(RATE)\n": "0.1",
	} {
		p := open(t, map[string]string{"train.py": text, "config.py": "RATE = 0.1\n"})
		program, err := p.Closure("train.py")
		if err != nil {
			t.Fatal(err)
		}
		modules := Modules{}
		for _, m := range program {
			modules[m.Name] = m
		}
		calls := program[0].Calls
		if at, _ := program[0].Value(calls[len(calls)-1].Args[0], modules).Literal(); at.Text != want {
			t.Errorf("%q: %q, want %q", text, at.Text, want)
		}
	}
}
