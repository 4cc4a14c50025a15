package inspect

import (
	"strings"
	"testing"
	"testing/fstest"
)

const (
	sklearnFit = "from sklearn.svm import SVC\ndef train(X, y):\n    return SVC().fit(X, y)\n"
	torchStep  = "import torch\ndef train_epoch(loss):\n    loss.backward()\n"
	starts     = "if __name__ == \"__main__\":\n"
)

// TestEntry holds which of several scripts is the entry; no entry stands for a
// question to the user.
func TestEntry(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a script that a benchmark imports": {map[string]string{
			"engine.py": torchStep,
			"train.py":  "from engine import train_epoch\ndef run():\n    train_epoch(0)\n" + starts + "    run()\n",
			"bench.py":  "from train import run\nrun()\n",
		}, "train.py"},
		"a command that starts what starts by itself too": {map[string]string{
			"train.py": sklearnFit + starts + "    train([], [])\n",
			"main.py":  "import train\n" + starts + "    train.train([], [])\n",
		}, "main.py"},
		"a script that imports a model with a trial of its own": {map[string]string{
			"model.py":      sklearnFit + starts + "    train([], [])\n",
			"experiment.py": "from model import train\ntrain([], [])\n",
		}, "experiment.py"},
		"a method of an object that is made by name": {map[string]string{
			"zoo.py":        "import keras\nclass Net:\n    def train(self):\n        keras.Sequential().fit(0, 0)\n",
			"train.py":      "import zoo\nfrom zoo import Net\n" + starts + "    getattr(zoo, \"Net\")().train()\n",
			"example.ipynb": cells("import keras\nkeras.Sequential().fit(0, 0)\n"),
		}, "train.py"},
		"PyTorch's mode is no training": {map[string]string{
			"engine.py":   torchStep,
			"evaluate.py": "import torch\nfrom engine import other\nmodel = torch.load(\"m\")\nmodel.train(False)\n",
			"fit_it.py":   "from engine import train_epoch\ntrain_epoch(0)\n",
		}, "fit_it.py"},
		"an evaluation that splits the data alike": {map[string]string{
			"data.py":        "from sklearn.model_selection import train_test_split\ndef make_train_test_split(X):\n    return train_test_split(X)\n",
			"model.py":       sklearnFit,
			"evaluate.py":    "from data import make_train_test_split\nmake_train_test_split([])\n" + starts + "    pass\n",
			"train_model.py": "from data import make_train_test_split\nfrom model import train\n" + starts + "    train([], [])\n",
		}, "train_model.py"},
		"a preparation that fits a scaler": {map[string]string{
			"prepare.py": "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\n" + starts + "    scaler.fit([])\n",
			"learn.py":   sklearnFit + starts + "    train([], [])\n",
		}, "learn.py"},
		"a web application": {map[string]string{
			"app/main.py": "from flask import Flask\n" + sklearnFit + starts + "    train([], [])\n",
			"learn.py":    sklearnFit,
		}, "learn.py"},
		"a web application alone": {map[string]string{"app.py": "import streamlit\n" + sklearnFit}, "app.py"},
		"a notebook beside a script": {map[string]string{
			"explore.ipynb": cells("import keras\nkeras.Sequential().fit(0, 0)\n"),
			"model.py":      "import keras\nkeras.Sequential().fit(0, 0)\n",
		}, "model.py"},
		"what was put aside": {map[string]string{
			"learn.py":             sklearnFit + starts + "    train([], [])\n",
			"deprecated/learn1.py": sklearnFit + starts + "    train([], [])\n",
			"old/learn0.py":        sklearnFit + starts + "    train([], [])\n",
			"learn-test.py":        "from learn import train\ntrain([], [])\n",
		}, "learn.py"},
		"a port in a directory of its own": {map[string]string{
			"train.py":       "import keras\n" + starts + "    keras.Sequential().fit(0, 0)\n",
			"torch/train.py": torchStep + starts + "    train_epoch(0)\n",
		}, "train.py"},
		"two tasks, one by a framework's trainer": {map[string]string{
			"train_text.py":  "from transformers import Trainer\n" + starts + "    trainer = Trainer()\n    trainer.train()\n",
			"train_image.py": torchStep + starts + "    train_epoch(0)\n",
		}, ""},
		"a cross-validation": {map[string]string{
			"cv.py": "from sklearn.model_selection import cross_validate\nfrom sklearn.svm import SVC\ncross_validate(SVC(), [], [])\n",
		}, "cv.py"},
	} {
		t.Run(name, func(t *testing.T) {
			p := inspected(t, test.files)
			asks := p.Problem != nil && strings.Contains(*p.Problem, "say which")
			if p.Entry != test.want || asks != (test.want == "") {
				t.Errorf("entry %q, asks %t, want %q", p.Entry, asks, test.want)
			}
		})
	}
}

func TestFamilyOfHelpers(t *testing.T) {
	for text, want := range map[string]string{
		"from sklearn.datasets import load_iris\nfrom sklearn.model_selection import train_test_split\n": "python",
		"from sklearn.datasets import load_iris\nfrom sklearn import linear_model\n":                     "sklearn",
	} {
		text += "class Own:\n    def fit(self, X, y):\n        pass\nOwn().fit(*load_iris())\n"
		if p := inspected(t, map[string]string{"train.py": text}); p.Family != want {
			t.Errorf("family %q, want %q of\n%s", p.Family, want, text)
		}
	}
}

// Of scikit-learn and boosting, the one that makes more of the models owns them.
func TestFamilyOfSeveral(t *testing.T) {
	const head = "from sklearn.ensemble import RandomForestClassifier, StackingClassifier\nfrom xgboost import XGBClassifier\n"
	for text, want := range map[string]string{
		"StackingClassifier([('f', RandomForestClassifier()), ('x', XGBClassifier())]).fit(X, y)\n": "sklearn",
		"RandomForestClassifier().fit(X, y)\nXGBClassifier().fit(X, y)\n":                           "boosting",
	} {
		if p := inspected(t, map[string]string{"train.py": head + text}); p.Family != want {
			t.Errorf("family %q, want %q of\n%s", p.Family, want, text)
		}
	}
}

// inspected reads a project given as texts.
func inspected(t *testing.T, texts map[string]string) *Program {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	p, err := Inspect(Source{FS: files, Classify: func(string) (string, error) { return "missing", nil }}, Hints{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// cells is a notebook of one cell.
func cells(text string) string {
	quoted := strings.ReplaceAll(text, "\n", `\n`)
	return `{"cells":[{"cell_type":"code","source":"` + quoted + `","metadata":{},"outputs":[],"execution_count":null}],"metadata":{"kernelspec":{"language":"python","name":"python3"}},"nbformat":4,"nbformat_minor":5}`
}
