package project

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

func open(t *testing.T, files map[string]string) *Project {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := New(tree, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What a glance says must hold for whatever parsing finds: no file that trains
// is passed over, no import missed.
func TestGlanceMissesNothing(t *testing.T) {
	trains := map[string]string{
		"fit.py":      "m.fit(x, y)\n",
		"spaced.py":   "m.fit (x)\n",
		"broken.py":   "m.fit\\\n(x)\n",
		"old.py":      "m.fit_generator(g)\n",
		"loop.py":     "loss.backward()\n",
		"partial.py":  "clf.partial_fit(x)\n",
		"native.py":   "booster = xgb.train(p, d)\n",
		"named.py":    "train(p, d)\n",
		"cv.py":       "cross_val_score(m, x, y)\n",
		"later.py":    "profit = 1\nm.fit(x)\n",
		"guard.py":    "import torch\nif __name__ == '__main__':\n    main()\n",
		"grad.py":     "g = jax.jit(jax.grad(loss))\n",
		"value.py":    "from jax import value_and_grad as v\n",
		"optax.py":    "from optax import adam\n",
		"zero.py":     "x.grad.zero_()\n",
		"nothing.py":  "outfit = training\nprint(outfit)\n",
		"library.py":  "import torch\n",
		"unguided.py": "import os\nif __name__ == '__main__':\n    main()\n",
	}
	seen, err := open(t, trains).Glance([]string{"torch"})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range seen {
		if want := !slices.Contains([]string{"nothing.py", "zero.py", "library.py", "unguided.py"}, g.Name); g.Trains != want {
			t.Errorf("%s: trains is %v", g.Name, g.Trains)
		}
	}
}

// A word is seen wherever it begins, and at the ends of a text.
// TestOddNames holds that a name which io/fs cannot open hinders nothing.
func TestOddNames(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"train.py", "c.yaml", "n\xff.py", "n\xff.yaml", "d\xff/x.py", "d\xff/x.yaml", "a\nb.py"} {
		files[name] = &fstest.MapFile{}
	}
	p, err := New(files, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a\nb.py", "train.py"}; !slices.Equal(p.names, want) {
		t.Errorf("files are %q, want %q", p.names, want)
	}
	if names, err := MayConfigure(files); err != nil || !slices.Equal(names, []string{"c.yaml"}) {
		t.Errorf("configuration is %q, %v", names, err)
	}
}

func TestSightings(t *testing.T) {
	for _, w := range sought {
		for before := range 20 {
			for after := range 20 {
				text := strings.Repeat("f", before) + w.text + strings.Repeat("m", after)
				var at []int
				for i, word := range sightings([]byte(text)) {
					if word == w.text {
						at = append(at, i)
					}
				}
				if !slices.Equal(at, []int{before}) {
					t.Errorf("%q in %q: at %v", w.text, text, at)
				}
			}
		}
	}
}

func TestImported(t *testing.T) {
	p := open(t, map[string]string{
		"one.py": "", "two.py": "", "three.py": "", "four.py": "", "five.py": "", "pkg/__init__.py": "", "pkg/six.py": "", "seven.py": "",
		"a.py":       "import one\n",
		"b.py":       "def f():\n    from two import (\n        x,\n        y)\n",
		"c.py":       "from . import (three,\n  z)\n",
		"d.py":       "import os, \\\n    four\n",
		"e.py":       "\ufeffimport five as f\r\n",
		"pkg/run.py": "from pkg.six import x\n",
		"f.py":       "'''\nimport seven\n'''\nprint('import seven')\n",
	})
	seen, err := p.Glance(nil)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"one.py", "two.py", "three.py", "four.py", "five.py", "pkg/six.py", "seven.py"}
	imported, err := p.Importers(names, seen)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(imported)); !slices.Equal(got, []string{"five.py", "four.py", "one.py", "pkg/six.py", "three.py", "two.py"}) {
		t.Errorf("imported: %v", got)
	}
}

// The program is the entry and what it imports, however deep; other files are
// not even read.
func TestClosure(t *testing.T) {
	p := open(t, map[string]string{
		"src/train.py": "from model import Net\nimport src.config\n", "src/model.py": "from .parts import *\n", "src/parts.py": "import model\n",
		"src/config.py": "", "other.py": "import src.train\n", "venv/lib.py": "", ".hidden/x.py": "",
	})
	program, err := p.Closure("src/train.py")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range program {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"src/config.py", "src/model.py", "src/parts.py", "src/train.py"}) {
		t.Errorf("program: %v", names)
	}
	if p.parsed["other.py"] != nil || p.Has("venv/lib.py") || p.Has(".hidden/x.py") || p.Len() != 5 {
		t.Error("files beside the program are parsed or listed")
	}
}

// Files that import the names of each other bring a name that none has no further.
func TestFilesThatImportEachOther(t *testing.T) {
	p := open(t, map[string]string{
		"train.py": "from a import *\nuse(lr, rate)\n", "a.py": "from b import *\nfrom b import rate\n", "b.py": "from a import *\nfrom a import rate\n",
	})
	program, err := p.Closure("train.py")
	if err != nil {
		t.Fatal(err)
	}
	modules := Modules{}
	for _, m := range program {
		modules[m.Name] = m
	}
	for _, e := range modules["train.py"].Calls[0].Args {
		if at, ok := modules["train.py"].Value(e, modules).Literal(); ok {
			t.Errorf("found %q", at.Text)
		}
	}
}

// Values that hold themselves, or each other, are followed so far and no further.
func TestValuesThatHoldThemselves(t *testing.T) {
	p := open(t, map[string]string{"train.py": `
p = dict(**p, a=1)
x = [x, x[0], 1]
a = {'b': b, **b}
b = {'a': a, **a, 'k': a['k']}
def f(q, r=()):
    return f(dict(q, n=q['n'], **q), [r])
c = c.d
use(p, x, a, b, f, c)
`})
	m, err := p.Module("train.py")
	if err != nil {
		t.Fatal(err)
	}
	modules := Modules{m.Name: m}
	var look func(v Value)
	look = func(v Value) {
		v.Literal()
		elements, _ := v.Elements()
		for _, e := range elements {
			look(e)
		}
		v.Entries()
	}
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		if name, ok := n.(*pysrc.Name); ok {
			look(m.Value(name, modules))
		}
		return true
	})
}

// TestCanonical holds the names of what is called, however it was imported.
func TestCanonical(t *testing.T) {
	known := func(canonical string) bool { return canonical == "sklearn.ensemble.BaggingRegressor" }
	for text, want := range map[string]string{
		"from sklearn import *\nensemble.BaggingRegressor()":                       "sklearn.ensemble.BaggingRegressor",
		"from sklearn.ensemble import *\nBaggingRegressor()":                       "sklearn.ensemble.BaggingRegressor",
		"from sklearn import *\nensemble.Mine()":                                   "",
		"import xgboost as xgb\nxgb.dask.DaskXGBClassifier(n_estimators=3)":        "xgboost.XGBClassifier",
		"import lightgbm\nlightgbm.DaskLGBMRanker()":                               "lightgbm.LGBMRanker",
		"import tensorflow as tf\nlayers = tf.keras.layers\nlayers.core.Dense(3)":  "keras.layers.Dense",
		"from keras.optimizers.schedules import CosineDecay as C\nC(.1, 100)":      "keras.optimizers.schedules.CosineDecay",
		"from sklearn.ensemble.forest import RandomForestClassifier as R\nR(n, 3)": "sklearn.ensemble.RandomForestClassifier",
	} {
		m := Parse("train.py", []byte(text), known)
		if got := m.Canonical(m.Calls[len(m.Calls)-1]); got != want {
			t.Errorf("%q calls %q, want %q", text, got, want)
		}
	}
}

// Where an import leads is what Python finds: beside the script, above it, in
// what a file puts on sys.path, and in what an installed project has there.
func TestLayout(t *testing.T) {
	for name, test := range map[string]struct {
		text, want string // of jobs/train.py, and its own file that it imports
		path       string
	}{
		"beside":               {"import beside", "jobs/beside.py", ""},
		"above":                {"from jobs.beside import x", "jobs/beside.py", "."},
		"src":                  {"from shop.model import x", "src/shop/model.py", "src"},
		"an installed one":     {"import lib.tool", "packages/lib/__init__.py packages/lib/tool.py", "packages"},
		"nowhere":              {"import kept", "", ""},
		"put there":            {"import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', 'deep/er'))\nimport kept", "deep/er/kept.py", ""},
		"put there by pathlib": {"import sys\nfrom pathlib import Path\nROOT = Path(__file__).parent.parent\nsys.path.insert(0, str(ROOT / 'deep' / 'er'))\nimport kept", "deep/er/kept.py", ""},
		"chosen":               {"import importlib, sys\nimportlib.import_module('zoo.' + sys.argv[1])", "zoo/a.py zoo/b.py", ""},
		"chosen by a format":   {"import importlib, sys\nimportlib.import_module(f'zoo.{sys.argv[1]}')", "zoo/a.py zoo/b.py", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, map[string]string{
				"jobs/train.py": test.text + "\n", "jobs/beside.py": "x = 1\n", "src/shop/__init__.py": "", "src/shop/model.py": "x = 1\n",
				"setup.py": "", "packages/lib/__init__.py": "", "packages/lib/tool.py": "", "deep/er/kept.py": "", "zoo/a.py": "", "zoo/b.py": "",
			})
			program, err := p.Closure("jobs/train.py")
			if err != nil {
				t.Fatal(err)
			}
			var files []string
			for _, m := range program[1:] {
				files = append(files, m.Name)
			}
			if got := strings.Join(files, " "); got != test.want {
				t.Errorf("imports %q, want %q", got, test.want)
			}
			if got := strings.Join(p.ImportPath("jobs/train.py", program), " "); got != test.path {
				t.Errorf("import path %q, want %q", got, test.path)
			}
		})
	}
}
