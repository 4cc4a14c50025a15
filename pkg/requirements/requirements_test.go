package requirements

import (
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlhook/mlhook/pkg/project"
)

// find reads a project whose entry is train.py, or the notebook in it.
func find(t *testing.T, setting string, files map[string]string) (Set, error) {
	t.Helper()
	tree := fstest.MapFS{}
	entry := "train.py"
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
		if project.IsNotebook(name) || filepath.Base(name) == "train.py" {
			entry = name
		}
	}
	if tree[entry] == nil {
		tree[entry] = &fstest.MapFile{}
	}
	p, err := project.New(tree, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	program, err := p.Closure(entry)
	if err != nil {
		t.Fatal(err)
	}
	return Find(tree, p, program, setting, Beside{Has: func(file string) bool { return strings.HasPrefix(path.Base(file), "forgotten") }})
}

// TestForms holds what is read of every form of file.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"requirements.txt", "\ufeff# comment\n\n-e .\n-e git+https://host/lib.git#egg=lib\n./vendored\nlib @ file:///home/me/lib\nwheels/x-1.whl\n" +
			"numpy==1.26.4 \\\n    --hash=sha256:abc\npandas>=2  # why\npandas>=2\n--extra-index-url https://host/cpu\n--find-links ./wheels\n" +
			"-f https://host/stable.html\nsklearn==0.0\ntorch==2.1.0+cpu\nscikit_learn ; python_version >= '3.9'\nhttps://host/y-1-py3-none-any.whl\n" +
			"scipy @ file:///croot/scipy_1\npkg-resources==0.0.0\npywin32==306\ntensorflow-macos==2.9.0\r\n",
			[]string{"git+https://host/lib.git#egg=lib", "numpy==1.26.4", "pandas>=2", "--extra-index-url https://host/cpu", "-f https://host/stable.html",
				"scikit-learn", "torch==2.1.0+cpu", "scikit_learn ; python_version >= '3.9'", "https://host/y-1-py3-none-any.whl", "scipy", "tensorflow==2.9.0"}},
		{"requirements.txt", "\xff\xfen\x00u\x00m\x00p\x00y\x00=\x00=\x001\x00\r\x00\n\x00", []string{"numpy==1"}}, // by a PowerShell
		{"requirements/train.txt", "numpy\n", []string{"numpy"}},
		{"requirements-ml.txt", "numpy\n", []string{"numpy"}},
		{"pyproject.toml", "[project]\ndependencies = [\"numpy>=1\", \"x[y]==2 ; python_version < '3.9'\"]\n[tool.mlhook]\ntarget = 0.9\n",
			[]string{"numpy>=1", "x[y]==2 ; python_version < '3.9'"}},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.9'\na = '^1.2.3'\nb = '^0.2.3'\nc = '~1.2'\nd = '~1'\ne = '*'\nf = '1.5'\ng = '1.*'\n" +
			"h = {version = '^2', extras = ['x', 'y']}\ni = {git = 'https://host/i.git', branch = 'main'}\nj = {path = '../j'}\nk = '>=1, <3'\nl = '^0.0.3'\n" +
			"m = [{version = '1', python = '<3.8'}, {version = '~2.1.4', python = '^3.8'}]\nn = '^1 || ^2'\n",
			[]string{"a>=1.2.3,<2.0", "b>=0.2.3,<0.3", "c>=1.2,<1.3", "d>=1,<2.0", "e", "f==1.5", "g==1.*", "h[x,y]>=2,<3.0", "i @ git+https://host/i.git@main",
				"k>=1,<3", "l>=0.0.3,<0.0.4", `m==1 ; python_version < "3.8"`, `m>=2.1.4,<2.2 ; python_version >= "3.8" and python_version < "4.0"`, "n>=2,<3.0"}},
		{"environment.yml", "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.8\n  - numpy=1.21\n  - pandas==1.3.0\n  - scikit-learn>=1,<2\n" +
			"  - conda-forge::pytorch=1.12.1=py3.8_cuda11.3_cudnn8.3.2_0\n  - cudatoolkit=11.3\n  - _libgcc_mutex=0.1=main\n  - libblas\n  - opencv\n" +
			"  - ncurses6=6.3=h7f8727e_2\n  - librosa 0.9\n  - xgboost >=1.5\n  - pip\n  - pip:\n    - tqdm==4\n    - -e .\n    - wandb # logs\n",
			[]string{"numpy==1.21.*", "pandas==1.3.0", "scikit-learn>=1,<2", "torch==1.12.1", "opencv-python-headless", "librosa==0.9.*", "xgboost>=1.5", "tqdm==4", "wandb"}},
		{"Pipfile", "[[source]]\nurl = 'https://host/simple'\n[packages]\nnumpy = '*'\npandas = '==1.3'\nx = {version = '>=1', markers = \"sys_platform == 'linux'\", extras = ['e']}\n" +
			"[dev-packages]\npytest = '*'\n[requires]\npython_version = '3.8'\n", []string{"numpy", "pandas==1.3", "x[e]>=1 ; sys_platform == 'linux'"}},
		{"setup.py", "from setuptools import setup\nBASE = ['numpy>=1']\nraise SystemExit('not executed')\nsetup(name='x', install_requires=BASE + ['pandas', *MORE])\nMORE = ('tqdm',)\n",
			[]string{"numpy>=1", "pandas", "tqdm"}},
		{"setup.cfg", "[metadata]\nname = x\n[options]\npackages = find:\ninstall_requires =\n    numpy>=1\n    # no\n    pandas\nzip_safe = no\n[options.extras_require]\ndev =\n  pytest\n",
			[]string{"numpy>=1", "pandas"}},
	} {
		got, err := find(t, "", map[string]string{c.name: c.text})
		if err != nil || got.From != c.name || !slices.Equal(got.Lines, c.want) {
			t.Errorf("%s: from %s, %v\n got %q\nwant %q", c.name, got.From, err, got.Lines, c.want)
		}
	}
}

func TestPrecedence(t *testing.T) {
	files := map[string]string{
		"requirements.txt": "a\n", "requirements-dev.txt": "no\n", "pyproject.toml": "[project]\ndependencies = ['b']\n", "environment.yml": "dependencies: [c]\n",
		"Pipfile": "[packages]\nd = '*'\n", "setup.cfg": "[options]\ninstall_requires = e\n", "setup.py": "setup(install_requires=['f'])\n",
	}
	for _, c := range []struct{ name, line string }{{"requirements.txt", "a"}, {"pyproject.toml", "b"}, {"environment.yml", "c"}, {"Pipfile", "d"}, {"setup.cfg", "e"}, {"setup.py", "f"}} {
		if got, err := find(t, "", files); err != nil || got.From != c.name || !slices.Equal(got.Lines, []string{c.line}) {
			t.Errorf("from %s %q, %v, want %s", got.From, got.Lines, err, c.name)
		}
		if got, err := find(t, "setup.py", map[string]string{"setup.py": "setup(install_requires=['f'])\n", c.name: files[c.name]}); err != nil || got.From != "setup.py" {
			t.Errorf("the setting gives way to %s: %v", got.From, err)
		}
		delete(files, c.name)
	}
	// A file without requirements is there for something else; the nearest directory is asked first.
	got, err := find(t, "", map[string]string{"pyproject.toml": "[tool.black]\nline-length = 100\n", "setup.py": "setup()\n", "src/train.py": "import numpy\n",
		"environment.yml": "dependencies: [python=3.8]\n"})
	if err != nil || got.From != Imports || !slices.Equal(got.Lines, []string{"numpy"}) {
		t.Errorf("files without requirements: %+v, %v", got, err)
	}
	got, err = find(t, "", map[string]string{"requirements.txt": "a\n", "src/requirements.txt": "b\n", "src/train.py": ""})
	if err != nil || got.From != "src/requirements.txt" {
		t.Errorf("from %s, %v", got.From, err)
	}
	got, err = find(t, "", map[string]string{"requirements-a.txt": "a\n", "requirements-b.txt": "b\n"})
	if err != nil || got.From != Imports || len(got.Hazards) != 1 || !strings.Contains(got.Hazards[0], "mlhook.requirements") {
		t.Errorf("of two equal files: %+v, %v", got, err)
	}
	if got, err := find(t, Imports, map[string]string{"requirements.txt": "a\n"}); err != nil || got.From != Imports || len(got.Lines) != 0 {
		t.Errorf("the setting imports: %+v, %v", got, err)
	}
}

func TestFaultsSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		setting string
		files   map[string]string
	}{
		"in circles":      {"", map[string]string{"requirements.txt": "-r b.txt\n", "b.txt": "-r requirements.txt\n"}},
		"include missing": {"", map[string]string{"requirements.txt": "-r missing.txt\n"}},
		"out of the tree": {"", map[string]string{"requirements.txt": "-r ../../etc/passwd\n"}},
		"setting missing": {"nowhere.txt", nil},
		"bad TOML":        {"", map[string]string{"pyproject.toml": "[project\n"}},
		"bad YAML":        {"", map[string]string{"environment.yml": "dependencies: [a\n"}},
	} {
		got, err := find(t, c.setting, c.files)
		var fault *Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), "commit") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestIncludes(t *testing.T) {
	got, err := find(t, "", map[string]string{"requirements/base.txt": "pandas>=2\n-r more.txt\n", "requirements/more.txt": "tqdm\n", "requirements.txt": "-r requirements/base.txt\nx\n"})
	if want := []string{"pandas>=2", "tqdm", "x"}; err != nil || !slices.Equal(got.Lines, want) {
		t.Errorf("%q, %v, want %q", got.Lines, err, want)
	}
}

// TestImports holds what becomes of what is imported.
func TestImports(t *testing.T) {
	const script = "import os, cPickle, numpy as np\nimport cv2, PIL.Image\nfrom sklearn import svm\nfrom google.colab import drive\nimport helpers\nimport strange\n" +
		"import _thread, yaml\ntry:\n    import torch\n    import odd\nexcept ImportError:\n    torch = None\n"
	files := map[string]string{"train.py": script, "lib/helpers.py": ""}
	got, err := find(t, "", files)
	if want := []string{"numpy", "opencv-python-headless", "pillow", "pyyaml", "scikit-learn", "strange", "torch"}; err != nil || !slices.Equal(got.Lines, want) {
		t.Errorf("without a file: %q, %v, want %q", got.Lines, err, want)
	}
	if len(got.Hazards) != 1 || !strings.Contains(got.Hazards[0], "Colab") {
		t.Errorf("hazards are %q", got.Hazards)
	}
	got, err = find(t, "", map[string]string{"train.py": "import forgotten.x, numpy\n", "forgotten/y.py": ""})
	if err != nil || !slices.Equal(got.Lines, []string{"numpy"}) || !slices.Equal(got.Modules, []string{"numpy"}) {
		t.Errorf("beside an own file that is not in the commit: %q, %q, %v", got.Lines, got.Modules, err)
	}
	if want := "train.py:1 imports forgotten, which is forgotten.py in your working tree and not in the commit: `git add forgotten.py` and commit again"; !slices.Equal(got.Hazards, []string{want}) {
		t.Errorf("hazards are %q, want %q", got.Hazards, want)
	}
	files["pyproject.toml"] = "[project]\ndependencies = ['scikit-learn==1.2', 'opencv-python']\n[project.optional-dependencies]\nimages = ['pillow<10', 'unused']\n"
	got, err = find(t, "", files)
	if want := []string{"scikit-learn==1.2", "opencv-python", "pillow<10", "pyyaml"}; err != nil || !slices.Equal(got.Lines, want) {
		t.Errorf("with a file: %q, %v, want %q", got.Lines, err, want)
	}
	if want := []string{"PIL", "cv2", "numpy", "sklearn", "yaml"}; !slices.Equal(got.Modules, want) {
		t.Errorf("modules are %q, want %q", got.Modules, want)
	}
	if all := strings.Join(got.Why, "\n"); !strings.Contains(all, "pillow<10 is added, which train.py:2 imports and pyproject.toml does not list") {
		t.Errorf("why is %s", all)
	}
	if all := strings.Join(got.Hazards, "\n"); !strings.Contains(all, "imports strange, which pyproject.toml does not list") {
		t.Errorf("hazards are %s", all)
	}
	if got, err = find(t, "", map[string]string{"train.py": "import keras\n"}); err != nil || !slices.Equal(got.Lines, []string{"keras", "tensorflow"}) {
		t.Errorf("keras alone: %q, %v", got.Lines, err)
	}
	backend := map[string]string{"train.py": "import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport keras\n"}
	if got, err = find(t, "", backend); err != nil || !slices.Equal(got.Lines, []string{"jax", "keras"}) {
		t.Errorf("keras on jax: %q, %v", got.Lines, err)
	}
}

func TestNotebook(t *testing.T) {
	const cells = `{"nbformat": 4, "cells": [
		{"cell_type": "code", "source": ["!pip install -q x 'y>=2' > /dev/null\n", "%pip install --upgrade z[a]==1 # why\n", "# !pip install no\n", "!ls pip install no\n", "!pip uninstall -y no\n",
			"!pip3 install -r more.txt && echo pip install no\n", "!{sys.executable} -m pip install \\\n", "  w\n", "!apt update; pip install v\n", "import numpy\n"]},
		{"cell_type": "code", "source": "%%bash\npip install u\n"},
		{"cell_type": "markdown", "source": "!pip install no\n"}]}`
	got, err := find(t, "", map[string]string{"a.ipynb": cells, "more.txt": "included\n"})
	if want := []string{"included", "numpy", "u", "v", "w", "x", "y>=2", "z[a]==1"}; err != nil || got.From != "a.ipynb" || !slices.Equal(slices.Sorted(slices.Values(got.Lines)), want) {
		t.Errorf("from %s %q, %v, want %q", got.From, got.Lines, err, want)
	}
	got, err = find(t, "", map[string]string{"a.ipynb": cells, "more.txt": "included\n", "requirements.txt": "first\n"})
	if err != nil || got.From != "requirements.txt" || got.Lines[0] != "first" || !slices.Contains(got.Lines, "x") {
		t.Errorf("beside a file: from %s %q, %v", got.From, got.Lines, err)
	}
}

// TestStandard asks the interpreters that are here for their own modules.
func TestStandard(t *testing.T) {
	pythons, _ := filepath.Glob(filepath.Join(home(t), ".pyenv", "versions", "*", "bin", "python3"))
	asked := 0
	for _, python := range append(pythons, "python3") {
		out, err := exec.Command(python, "-c", "import sys; print(*sys.stdlib_module_names)").Output()
		if err != nil {
			continue // older than 3.10, or not there
		}
		asked++
		for _, name := range strings.Fields(string(out)) {
			if !Standard(name) && !strings.HasPrefix(name, "_") {
				t.Errorf("%s: %s is not in the table", python, name)
			}
		}
	}
	if asked == 0 {
		lacking(t, "no Python 3.10 or newer here")
	}
}

// TestTables holds the tables against each other.
func TestTables(t *testing.T) {
	if len(packages) < 300 {
		t.Errorf("only %d modules are known", len(packages))
	}
	for name, projects := range packages {
		if Standard(name) || len(projects) == 0 {
			t.Errorf("%s is brought by %q", name, projects)
		}
		for _, p := range projects {
			if p != normal(p) {
				t.Errorf("%s is not in normal form", p)
			}
		}
	}
	for by, modules := range brought {
		if provided[by] == nil {
			t.Errorf("%s is not in the table of packages", by)
		}
		for _, name := range modules {
			if packages[name] == nil {
				t.Errorf("%s is brought by %s and not in the table of packages", name, by)
			}
		}
	}
}

func home(t *testing.T) string {
	dir, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	return dir
}

// lacking skips a test that lacks something, or fails it where nothing may be missing.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
