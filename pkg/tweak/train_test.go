package tweak

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCure trains projects that were committed with a defect, as they are and
// with good values for the tunables that hold it.
func TestCure(t *testing.T) {
	for _, c := range []struct{ project, modules, values string }{
		{"digits_svc", "sklearn", "train.py:sklearn.svm.SVC#0:gamma=0.001"},
		{"keras_cnn", "tensorflow sklearn", "train.py:keras.optimizers.Adam#0:learning_rate=0.002 train.py:keras.Model.fit#0:epochs=15 train.py:keras.layers.Dense#0:units=64"},
		{"torch_project", "torch sklearn", "train.py:torch.optim.Adam#0:lr=0.01 train.py:range#0:epochs=60 model.py:hidden:width=32 model.py:torch.nn.Dropout#0:p=0.1"},
		{"torch_loop", "torch sklearn", "train.py:torch.optim.SGD#0:lr=0.1 train.py:range#0:epochs=200 train.py:model#0:torch.nn.Linear#0:out_features=16 train.py:torch.optim.SGD#0:momentum=0.9"},
		{"xgb_native", "xgboost sklearn", "wine.py:xgboost.train#0:num_boost_round=50 wine.py:xgboost.train#0:params.eta=0.3 wine.py:xgboost.train#0:params.max_depth=4"},
	} {
		t.Run(c.project, func(t *testing.T) {
			python := interpreter(t, c.modules)
			p, files := read(t, c.project)
			values := map[string]string{}
			for _, field := range strings.Fields(c.values) {
				id, value, _ := strings.Cut(field, "=")
				values[id] = value
			}
			r, err := Make(p, files, values, counter())
			if err != nil {
				t.Fatal(err)
			}
			before, after := train(t, python, files, p.Entry, nil), train(t, python, files, p.Entry, r.Files)
			if after < 0.8 || after <= before {
				t.Errorf("accuracy %.3f before and %.3f after the tweak", before, after)
			}
			t.Logf("%.3f -> %.3f", before, after)
		})
	}
}

// interpreter is a Python that has the modules, else the test is skipped.
func interpreter(t *testing.T, modules string) string {
	t.Helper()
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	const look = "import importlib.util, sys; print(*(m for m in sys.argv[1:] if not importlib.util.find_spec(m)))" // to import them takes seconds
	out, err := exec.Command(python, append([]string{"-c", look}, strings.Fields(modules)...)...).Output()
	if lacks := strings.TrimSpace(string(out)); err != nil || lacks != "" {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatalf("%s lacks %s: %v", python, lacks, err)
		}
		t.Skipf("%s lacks %s; name an interpreter that has them in MLHOOK_TEST_PYTHON", python, lacks)
	}
	return python
}

var accuracy = regexp.MustCompile(`(?i)accuracy:?\s+([0-9.]+)\s*$`)

// train runs a project with some files replaced and returns what it prints last.
func train(t *testing.T, python string, files fs.FS, entry string, replaced map[string][]byte) float64 {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	for name, text := range replaced {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(python, entry)
	run.Dir = dir
	run.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "PYTHONDONTWRITEBYTECODE=1", "CUDA_VISIBLE_DEVICES=")
	text, err := run.Output()
	found := accuracy.FindStringSubmatch(strings.TrimSpace(string(text)))
	if err != nil || found == nil {
		t.Fatalf("%s: %v\n%s", entry, err, text)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
