package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// read inspects a project below testdata.
func read(t *testing.T, name string, hints Hints) *Program {
	t.Helper()
	files := os.DirFS(filepath.Join("testdata", name))
	p, err := Inspect(Source{FS: files, Classify: func(name string) (string, error) {
		if _, err := fs.Stat(files, path.Clean(name)); errors.Is(err, fs.ErrNotExist) {
			return "missing", nil
		}
		return "tracked", nil
	}}, hints)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGolden(t *testing.T) {
	projects, err := filepath.Glob(filepath.Join("testdata", "*", ""))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, dir := range projects {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		seen++
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			if err := enc.Encode(read(t, filepath.Base(dir), Hints{})); err != nil {
				t.Fatal(err)
			}
			golden := dir + ".json"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got, accept with -update:\n%s", diff)
			}
		})
	}
	if seen < 15 {
		t.Errorf("only %d projects below testdata", seen)
	}
}

// readText inspects a project of one script.
func readText(t *testing.T, text string) *Program {
	t.Helper()
	p, err := Inspect(Source{FS: fstest.MapFS{"train.py": {Data: []byte(text)}}, Classify: func(string) (string, error) { return "missing", nil }}, Hints{Entry: "train.py"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What a crash repeats is what the agent can resume.
func TestResume(t *testing.T) {
	for text, want := range map[string]string{
		"from torch import nn\nm = nn.Linear(1, 2)\nfor e in range(3):\n    loss.backward()\n":                               "epoch",
		"import lightning as L\nL.Trainer(max_epochs=3).fit(Net(), data)\n":                                                  "trial",
		"from transformers import Trainer\nTrainer(model=m, train_dataset=d).train()\n":                                      "trial",
		"from xgboost import XGBClassifier\nXGBClassifier().fit(x, y)\n":                                                     "round",
		"import lightgbm as lgb\nlgb.train(p, d)\n":                                                                          "round",
		"from catboost import CatBoostClassifier\nCatBoostClassifier().fit(x, y)\n":                                          "trial",
		"from sklearn.svm import SVC\nSVC().fit(x, y)\n":                                                                     "trial",
		"import keras\nm = keras.Sequential([keras.layers.Dense(1)])\nm.compile()\nm.fit(x, y)\n":                            "epoch",
		"import keras, tensorflow as tf\nm = keras.Sequential([keras.layers.Dense(1)])\nwith tf.GradientTape():\n    m(x)\n": "trial",
	} {
		if p := readText(t, text); p.Resume != want {
			t.Errorf("%q: resume %q, want %q; %v", text, p.Resume, want, p.Problem)
		}
	}
}

func TestEntrySetting(t *testing.T) {
	if p := read(t, "two_entries", Hints{Entry: "./b.py"}); p.Problem != nil || p.Entry != "b.py" {
		t.Errorf("entry %q, problem %v", p.Entry, p.Problem)
	}
	if p := read(t, "two_entries", Hints{Entry: "c.py"}); p.Problem == nil {
		t.Error("a missing entry script is accepted")
	}
}

// Data that Git LFS has not fetched is no data: what surely reads it is refused, and
// a model that the program writes itself is its own affair.
func TestPointers(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
	const train = `
import joblib, pandas
from sklearn.svm import SVC
data = pandas.read_csv("data.csv")
clf = SVC().fit(data[["a"]], data["b"])
joblib.dump(clf, "model.joblib")
print("accuracy", clf.score(data[["a"]], data["b"]))
`
	for name, c := range map[string]struct{ data, script, problem string }{
		"fetched":     {"a,b\n1,2\n", train, ""},
		"not fetched": {pointer, train, "data.csv is a Git LFS pointer and not the data: run `git lfs install` and `git lfs pull`, then `mlhook run`"},
		"a directory": {pointer, strings.ReplaceAll(train, `pandas.read_csv("data.csv")`, `load(os.listdir("images"))`), "images is a Git LFS pointer"},
	} {
		files := fstest.MapFS{"train.py": {Data: []byte(c.script)}, "data.csv": {Data: []byte(c.data)}, "model.joblib": {Data: []byte(pointer)},
			"images/1.png": {Data: []byte(c.data)}, "images/2.png": {Data: []byte(c.data)}}
		p, err := Inspect(Source{FS: files, Classify: func(string) (string, error) { return "missing", nil }}, Hints{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p.Problem != nil {
			got = *p.Problem
		}
		if c.problem == "" && got != "" || !strings.HasPrefix(got, c.problem) {
			t.Errorf("%s: %q, want %q; data: %+v", name, got, c.problem, p.Data)
		}
	}
}
