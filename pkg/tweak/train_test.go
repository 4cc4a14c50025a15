package tweak

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCure trains projects that were committed with a defect, as they are and
// with good values for the tunables that hold it.
func TestCure(t *testing.T) {
	type cure struct{ project, values string }
	for modules, cures := range map[string][]cure{
		"tensorflow sklearn": {
			{"keras_cnn", "train.py:keras.optimizers.Adam#0:learning_rate=0.002 train.py:keras.Model.fit#0:epochs=15 train.py:keras.layers.Dense#0:units=64"},
		},
		"torch xgboost sklearn": {
			{"digits_svc", "train.py:sklearn.svm.SVC#0:gamma=0.001"},
			{"torch_project", "train.py:torch.optim.Adam#0:lr=0.01 train.py:range#0:epochs=60 model.py:hidden:width=32 model.py:torch.nn.Dropout#0:p=0.1"},
			{"torch_loop", "train.py:torch.optim.SGD#0:lr=0.1 train.py:range#0:epochs=200 train.py:model#0:torch.nn.Linear#0:out_features=16 train.py:torch.optim.SGD#0:momentum=0.9"},
			{"xgb_native", "wine.py:xgboost.train#0:num_boost_round=50 wine.py:xgboost.train#0:params.eta=0.3 wine.py:xgboost.train#0:params.max_depth=4"},
		},
	} {
		t.Run(modules, func(t *testing.T) {
			python := interpreter(t, modules)
			var all []script
			for _, c := range cures {
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
				all = append(all, together(t, p.Entry, files, nil), together(t, p.Entry, files, r.Files))
			}
			done := play(t, python, all, false)
			for i, c := range cures {
				before, after := done[2*i].accuracy(t), done[2*i+1].accuracy(t)
				if after < 0.8 || after <= before {
					t.Errorf("%s: accuracy %.3f before and %.3f after the tweak", c.project, before, after)
				}
				t.Logf("%s: %.3f -> %.3f", c.project, before, after)
			}
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

// A script is to be run, with its files.
type script struct {
	Entry string            `json:"entry"`
	Files map[string]string `json:"files"`
}

// together is a project with some files replaced.
func together(t *testing.T, entry string, files fs.FS, replaced map[string][]byte) script {
	t.Helper()
	p := script{entry, map[string]string{}}
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		p.Files[name] = string(text)
	}
	for name, text := range replaced {
		p.Files[name] = string(text)
	}
	return p
}

// A played program is what came of it: what it raised, and what it said last.
type played struct{ Error, Said string }

// play runs programs one after the other in one process, which imports the
// frameworks once; TensorFlow makes no graphs where it is to work eagerly.
func play(t *testing.T, python string, all []script, eagerly bool) (done []played) {
	t.Helper()
	input, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "ignore", "testdata/run.py")
	if eagerly {
		cmd.Args = append(cmd.Args, "eagerly")
	}
	cmd.Stdin = bytes.NewReader(input)
	cmd.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=", "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &done)
	}
	if err != nil || len(done) != len(all) {
		t.Fatalf("%v\n%s\n%s", err, out, &said)
	}
	return done
}

var accuracy = regexp.MustCompile(`(?i)accuracy:?\s+([0-9.]+)\s*$`)

// accuracy is what the program says last.
func (p played) accuracy(t *testing.T) float64 {
	t.Helper()
	found := accuracy.FindStringSubmatch(p.Said)
	if p.Error != "" || found == nil {
		t.Fatalf("it said %q last\n%s", p.Said, p.Error)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
