package tweak

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/notebook"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/space"
)

// projects are those that pkg/inspect is tested with.
const projects = "../inspect/testdata"

func read(t *testing.T, name string) (*inspect.Program, fs.FS) {
	t.Helper()
	files := os.DirFS(filepath.Join(projects, name))
	p, err := inspect.Inspect(inspect.Source{FS: files, Classify: func(string) (string, error) { return "tracked", nil }}, inspect.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	return p, files
}

// counter draws layer names.
func counter() func(string) string {
	n := 0
	return func(base string) string {
		n++
		return fmt.Sprintf("mlhook_%s_%d", base, n)
	}
}

// ends are values at the ends of a tunable's domain, all of them for a choice.
func ends(x space.Tunable) []string {
	if x.Choices != nil {
		return x.Choices
	}
	if x.Int {
		return []string{strconv.Itoa(int(x.Low)), strconv.Itoa(int(x.High))}
	}
	fraction := func(v float64) string { // as package search writes it: SGD(momentum=0) is refused, max_features=1 means one
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text
	}
	return []string{fraction(x.Low), fraction(x.High)}
}

// TestEveryTunable edits each tunable of each project to both ends of its
// domain, and all of them at once, and lets Python compile the result.
func TestEveryTunable(t *testing.T) {
	dirs, err := os.ReadDir(projects)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	var written []string
	made := 0
	try := func(name string, p *inspect.Program, files fs.FS, values map[string]string) {
		r, err := Make(p, files, values, counter())
		if err != nil {
			t.Errorf("%s %v: %v", name, values, err)
			return
		}
		for changed, text := range r.Files {
			text = code(t, changed, text)
			file := filepath.Join(out, fmt.Sprintf("%s_%d.py", name, len(written)))
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			written = append(written, file)
		}
		made++
	}
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		p, files := read(t, d.Name())
		low, high := map[string]string{}, map[string]string{}
		for _, x := range p.Tunables {
			e := ends(x)
			low[x.ID], high[x.ID] = e[0], e[len(e)-1]
			for _, value := range e {
				try(d.Name(), p, files, map[string]string{x.ID: value})
			}
		}
		try(d.Name(), p, files, low)
		try(d.Name(), p, files, high)
	}
	compile(t, written)
	t.Logf("%d tweaks, %d files compiled", made, len(written))
}

// code is a changed file as Python: that of the cells of a notebook.
func code(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	if !project.IsNotebook(name) {
		return text
	}
	n, err := notebook.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return n.Text
}

func compile(t *testing.T, files []string) {
	t.Helper()
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	if _, err := exec.LookPath(python); err != nil {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("no Python interpreter: ", err)
	}
	if text, err := exec.Command(python, append([]string{"-m", "py_compile"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestMake(t *testing.T) {
	for _, c := range []struct{ project, file, value, want string }{
		{"digits_svc", "train.py", "train.py:sklearn.svm.SVC#0:gamma=0.001", "clf = SVC(C=1.0, gamma=0.001)\n"},
		{"xgb_native", "wine.py", "wine.py:xgboost.train#0:params.eta=0.3", "params[\"eta\"] = 0.3\n"},
		{"torch_project", "config.py", "train.py:torch.optim.Adam#0:lr=0.01", "LR = 0.01\nNUM_EPOCHS = 5\n"},
		{"torch_project", "model.py", "model.py:hidden:width=32", "def __init__(self, hidden=32):"},
		{"keras_cnn", "train.py", "train.py:keras.Sequential#0:layers=layers.Dense(16, activation=\"relu\", name=\"%NAME%\")",
			"    layers.Dense(16, activation=\"relu\", name=\"mlhook_dense_1\"),\n    layers.Dense(10,"},
		{"keras_add", "mnist.py", "mnist.py:keras.Sequential#0:layers=Dense(4, activation='sigmoid', name='%NAME%')",
			"model.add(Dense(4, activation='sigmoid', name='mlhook_dense_1'))\nmodel.add(Dense(10,"},
		{"keras_add", "mnist.py", "mnist.py:keras.Model.fit#0:epochs=20", "to_categorical(y_train), epochs=20)"},
		{"notebook", "wine.ipynb", "wine.ipynb:sklearn.ensemble.RandomForestClassifier#0:n_estimators=200", "    \"N_TREES = 200\\n\",\n"},
		{"crlf", "train.py", "train.py:sklearn.linear_model.SGDClassifier#0:alpha=0.001", "\talpha=0.001,  # strong\r\n"},
	} {
		p, files := read(t, c.project)
		id, value, _ := strings.Cut(c.value, "=")
		r, err := Make(p, files, map[string]string{id: value}, counter())
		if err != nil {
			t.Errorf("%s: %v", c.value, err)
			continue
		}
		if len(r.Files) != 1 || len(r.Changes) != 1 || !strings.Contains(string(r.Files[c.file]), c.want) {
			t.Errorf("%s: %d files, %d changes, no %q in\n%s", c.value, len(r.Files), len(r.Changes), c.want, r.Files[c.file])
		}
	}
}

func TestOwnValueChangesNothing(t *testing.T) {
	p, files := read(t, "digits_svc")
	values := map[string]string{}
	for _, x := range p.Tunables {
		values[x.ID] = x.Value
	}
	r, err := Make(p, files, values, counter())
	if err != nil || len(r.Files) != 0 || len(r.Changes) != 0 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestRefusal(t *testing.T) {
	p, files := read(t, "digits_svc")
	id := p.Tunables[0].ID
	for _, value := range []string{"1.0)", "1.0, probability=True", "(", "'", "1.0 # "} {
		if _, err := Make(p, files, map[string]string{id: value}, counter()); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("%q: error is %v, want one that names %s", value, err, id)
		}
	}
	if _, err := Make(p, files, map[string]string{"nothing": "1"}, counter()); err == nil {
		t.Error("an unknown tunable is accepted")
	}
}
