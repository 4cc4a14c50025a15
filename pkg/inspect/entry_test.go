package inspect

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	sklearnFit = "from sklearn.svm import SVC\ndef train(X, y):\n    return SVC().fit(X, y)\n"
	torchStep  = "import torch\ndef train_epoch(loss, optimizer=None):\n    loss.backward()\n    optimizer.step()\n"
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
		"variations on a script": {map[string]string{
			"learn.py":                sklearnFit + "train([], [])\n",
			"learn_with_attention.py": sklearnFit + "train([], [])\n",
		}, "learn.py"},
		"what TensorFlow starts without being told what": {map[string]string{
			"trainer.py": "import tensorflow as tf\nclass Trainer:\n    def run(self, s):\n        s.run(tf.train.AdamOptimizer().minimize(0))\n",
			"main.py":    "import tensorflow as tf\nimport trainer\ndef main(argv=None):\n    trainer.Trainer().run(tf.Session())\n" + starts + "    tf.app.run()\n",
		}, "main.py"},
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
		"a descent that is written by hand": {map[string]string{
			"data.py":  "import numpy as np\nprint(np.zeros(3))\n",
			"learn.py": "import numpy as np\nw, lr = np.zeros(3), 0.1\nfor epoch in range(9):\n    w -= lr * (w - 1)\nprint('accuracy', w.mean())\n",
		}, "learn.py"},
		"a preparation that fits a scaler": {map[string]string{
			"prepare.py": "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\n" + starts + "    scaler.fit([])\n",
			"learn.py":   sklearnFit + starts + "    train([], [])\n",
		}, "learn.py"},
		"what __init__ gathers": {map[string]string{
			"svm.py":      sklearnFit,
			"__init__.py": "from svm import train\n",
			"main.py":     "from __init__ import train\n" + starts + "    train([], [])\n",
		}, "main.py"},
		"a function that nothing calls in a file for it": {map[string]string{"train.py": sklearnFit}, "train.py"},
		"a web application": {map[string]string{
			"app/main.py": "from flask import Flask\napp = Flask(__name__)\n" + sklearnFit + starts + "    train([], [])\n",
			"learn.py":    sklearnFit + "train([], [])\n",
		}, "learn.py"},
		"a web application alone": {map[string]string{"app.py": "import streamlit\n" + sklearnFit + "streamlit.write(train([], []))\n"}, "app.py"},
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
		"a function that nothing calls": {map[string]string{
			"helpers.py": sklearnFit,
			"learn.py":   "import helpers\nfit = helpers.train\nfit([], [])\n",
		}, "learn.py"},
		"a training named otherwise, called through imports": {map[string]string{
			"models/forest.py": "from sklearn.ensemble import RandomForestClassifier\nclass Forest:\n    def predict(self, X, y):\n        return RandomForestClassifier().fit(X, y).predict(X)\n",
			"models/knn.ipynb": cells("from sklearn.neighbors import KNeighborsClassifier\nKNeighborsClassifier().fit([], [])\n"),
			"pipeline.py":      "from models.forest import Forest\nprint(Forest().predict([], []))\n",
		}, "pipeline.py"},
		"what a package hands on": {map[string]string{
			"engine/__init__.py": "from .trainer import *\n",
			"engine/trainer.py":  torchStep,
			"start.py":           "from engine import train_epoch\n" + starts + "    train_epoch(0)\n",
		}, "start.py"},
		"a class that is not made": {map[string]string{
			"trainer.py": "import torch\nclass Trainer:\n    def run(self, loss, optimizer):\n        loss.backward()\n        optimizer.step()\nclass Tester:\n    def check(self):\n        pass\n",
			"check.py":   "from trainer import Tester\nTester().run(0, 0)\n",
			"begin.py":   "from trainer import Trainer\nTrainer().run(0, 0)\n",
		}, "begin.py"},
		"a callback": {map[string]string{
			"window.py": sklearnFit + "def pressed():\n    train([], [])\nregister(command=pressed)\n",
		}, "window.py"},
		"a command of the command line": {map[string]string{
			"cli.py":   "import click\nfrom model import train\n@click.group()\ndef group():\n    pass\n@group.command()\ndef learn():\n    train([], [])\n" + starts + "    group()\n",
			"model.py": sklearnFit,
		}, "cli.py"},
		"a src layout": {map[string]string{
			"main.py":                 "from shop.pipeline import run\nrun()\n",
			"src/shop/__init__.py":    "",
			"src/shop/model.py":       sklearnFit + starts + "    train([], [])\n",
			"src/shop/pipeline.py":    "from shop.model import train\ndef run():\n    train([], [])\n" + starts + "    run()\n",
			"src/shop/prediction.py":  "import pickle\npickle.load(open('m'))\n",
			"notebooks/explore.ipynb": cells("from sklearn.svm import SVC\nSVC().fit([], [])\n"),
		}, "main.py"},
		"a directory that is put on sys.path": {map[string]string{
			"main.py":      "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), 'lib'))\nfrom model import train\ntrain([], [])\n",
			"lib/model.py": sklearnFit,
			"lib/save.py":  "from model import train\ntrain([], [])\n",
		}, "main.py"},
		"a directory above that is put on sys.path": {map[string]string{
			"jobs/begin.py": "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'lib'))\nimport model\nmodel.train([], [])\n",
			"lib/model.py":  sklearnFit,
		}, "jobs/begin.py"},
		"a gradient to see what a network looks at": {map[string]string{
			"saliency.py": "import torch\nout = torch.load('m')(0)\nout.backward()\n",
			"learn.py":    torchStep + "train_epoch(0)\n",
		}, "learn.py"},
		"an encoder in a field": {map[string]string{
			"encode.py": "from sklearn.preprocessing import LabelEncoder\nclass Codes:\n    def __init__(self):\n        self.le = LabelEncoder()\n    def learn(self, x):\n        self.le.fit(x)\nCodes().learn([])\n",
			"forest.py": sklearnFit + "train([], [])\n",
		}, "forest.py"},
		"an optimizer that a trainer is handed": {map[string]string{
			"go.py": "import torch\nfrom ignite.engine import create_supervised_trainer\n" + starts + "    create_supervised_trainer(0, torch.optim.Adam([]), 0).run([])\n",
		}, "go.py"},
		"a training that is chosen by its name": {map[string]string{
			"train.py": "import torch, engine\ndef train_net():\n    engine.Loop().go()\n" + starts + "    train_it = locals()[engine.name]\n    train_it()\n",
			"data.py":  "print(1)\n",
		}, "train.py"},
		"a package's own training, by a function": {map[string]string{
			"go.py":    "import detector.apis\n" + starts + "    detector.apis.start_training(0)\n",
			"other.py": "import torch\n" + starts + "    print(torch.load('m'))\n",
		}, "go.py"},
		"a package's own training, by a runner": {map[string]string{
			"train_a.py": "import torch\nfrom engine.dl import SupervisedRunner\nrunner = SupervisedRunner()\nrunner.train(model=0)\n",
			"train_b.py": sklearnFit + "train([], [])\n",
		}, ""},
		"a script that looks for parameters": {map[string]string{
			"grow.py": sklearnFit + "train([], [])\n",
			"tune.py": sklearnFit + "train([], [])\n",
		}, "grow.py"},
		"a baseline": {map[string]string{
			"baseline.py": sklearnFit + "train([], [])\n",
			"forest.py":   sklearnFit + "train([], [])\n",
		}, "forest.py"},
		"a variation on a script": {map[string]string{
			"train.py":       sklearnFit + starts + "    train([], [])\n",
			"multi_train.py": "from train import train\nfor _ in range(9):\n    train([], [])\n",
		}, "train.py"},
		"two trainings of one kind": {map[string]string{
			"train_vgg.py":    sklearnFit + "train([], [])\n",
			"train_resnet.py": torchStep + "train_epoch(0)\n",
		}, ""},
		"a training and one of many": {map[string]string{
			"train.py":      sklearnFit + "train([], [])\n",
			"multiTrain.py": torchStep + "train_epoch(0)\n",
		}, "train.py"},
		"a copy that was handed in": {map[string]string{
			"deliverable/team/cnn.py": sklearnFit + "train([], [])\n",
			"python/cnn.py":           sklearnFit + "train([], [])\n",
		}, "python/cnn.py"},
		"a script for modules that were moved": {map[string]string{
			"main.py":              "from nets.encoder import Encoder\n" + sklearnFit + "train([], Encoder())\n",
			"train.py":             "from lib.nets.code import Encoder\n" + sklearnFit + "train([], Encoder())\n",
			"lib/nets/code.py":     "class Encoder:\n    pass\n",
			"lib/nets/__init__.py": "",
		}, "train.py"},
		"a part that goes on behind another": {map[string]string{
			"training_part_1.py":         sklearnFit + "train([], [])\n",
			"training_part_2_(final).py": sklearnFit + "train([], [1])\n",
		}, "training_part_2_(final).py"},
		"a first version and what has none": {map[string]string{
			"model.py":    sklearnFit + "train([], [])\n",
			"model_v1.py": sklearnFit + "train([], [1])\n",
		}, "model.py"},
		"a second version": {map[string]string{
			"model.py":    sklearnFit + "train([], [])\n",
			"model v2.py": sklearnFit + "train([], [1])\n",
		}, "model v2.py"},
		"sizes": {map[string]string{
			"resnet_18.py": sklearnFit + "train([], [])\n",
			"resnet_50.py": sklearnFit + "train([], [1])\n",
		}, ""},
		"a directory in a variable of a shell": {map[string]string{
			"a.py":   sklearnFit + "train([], [])\n",
			"b.py":   sklearnFit + "train([], [1])\n",
			"job.sh": "python3 \"$SLURM_SUBMIT_DIR/b.py\" > \"${LOGS}/b.log\"\n",
		}, "b.py"},
		"what is called final": {map[string]string{
			"forest.py":      sklearnFit + "train([], [])\n",
			"svm.py":         sklearnFit + "train([], [1])\n",
			"final_model.py": sklearnFit + "train([], [2])\n",
		}, "final_model.py"},
		"a model that an application loads": {map[string]string{
			"learn_a.py": sklearnFit + "import joblib\njoblib.dump(train([], []), 'out/a.pkl')\n",
			"learn_b.py": sklearnFit + "import joblib\njoblib.dump(train([], []), 'b.pkl')\n",
			"app.py":     "import joblib, streamlit\nmodel = joblib.load('models/b.pkl')\n",
		}, "learn_b.py"},
		"a model that a part of a program names": {map[string]string{
			"learn_a.py": "import store\n" + sklearnFit + "train([], [])\n",
			"learn_b.py": sklearnFit + "import joblib\njoblib.dump(train([], []), 'b.pkl')\n",
			"store.py":   "import flask\nPATH = 'b.pkl'\n",
		}, ""},
		"a model that a script compares": {map[string]string{
			"learn_a.py": sklearnFit + "train([], [])\n",
			"learn_b.py": sklearnFit + "import joblib\njoblib.dump(train([], []), 'b.pkl')\n",
			"look.py":    "import joblib\nmodel = joblib.load('b.pkl')\n",
		}, ""},
		"baselines": {map[string]string{
			"run_baselines.py": sklearnFit + "train([], [])\n",
			"run_forest.py":    sklearnFit + "train([], [1])\n",
		}, "run_forest.py"},
		"experiments": {map[string]string{
			"run_experiments.py": sklearnFit + "train([], [])\n",
			"run_forest.py":      sklearnFit + "train([], [1])\n",
		}, "run_forest.py"},
		"what makes the data": {map[string]string{
			"src/data/make_dataset.py":  sklearnFit + starts + "    train([], [])\n",
			"src/models/train_model.py": sklearnFit + starts + "    train([], [1])\n",
			"Makefile":                  "data:\n\tpython src/data/make_dataset.py\n",
		}, "src/models/train_model.py"},
		"the model beside models": {map[string]string{
			"train_model.py": sklearnFit + "train([], [])\n",
			"train_svm.py":   sklearnFit + "train([], [1])\n",
			"train_tree.py":  sklearnFit + "train([], [2])\n",
		}, "train_model.py"},
		"a variation that the README is not about": {map[string]string{
			"cnn.py":    sklearnFit + "train([], [])\n",
			"tb-cnn.py": sklearnFit + "train([], [1])\n",
			"README.md": "# Pneumonia with a CNN\n",
		}, "cnn.py"},
		"a notebook to prepare data": {map[string]string{
			"data_preprocessing&base.ipynb": cells("from sklearn.svm import SVC\nSVC().fit([], [])\n"),
			"playground.ipynb":              cells("from sklearn.svm import SVC\nSVC().fit([], [1])\n"),
			"modelling.ipynb":               cells("from sklearn.svm import SVC\nSVC().fit([], [2])\n"),
		}, "modelling.ipynb"},
		"a training before the training": {map[string]string{
			"pre-train.py": sklearnFit + "train([], [])\n",
			"model.py":     sklearnFit + "train([], [1])\n",
		}, ""},
		"a training beside one of another directory": {map[string]string{
			"a/train.py":        sklearnFit + "train([], [])\n",
			"b/train_resnet.py": torchStep + "train_epoch(0)\n",
		}, ""},
		"a file in a package of its own name": {map[string]string{
			"trainers/trainers.py": "from trainers.base import Base\nclass Trainer(Base):\n    pass\n",
			"trainers/base.py":     "import torch\nclass Base:\n    def loop(self):\n        torch.optim.Adam([]).step()\n        torch.zeros(1).backward()\n",
			"start.py":             "from trainers import trainers\n" + starts + "    getattr(trainers, 'Trainer')().loop()\n",
		}, "start.py"},
		"a copy of another project": {map[string]string{
			"grow.py":        sklearnFit + "train([], [])\n",
			"yolo/LICENSE":   "Permission is hereby granted\n",
			"yolo/train.py":  torchStep + "train_epoch(0)\n",
			"yolo/README.md": "    python train.py\n",
		}, "grow.py"},
		"a document on one of two directories": {map[string]string{
			"cats/learn.py":  sklearnFit + "train([], [])\n",
			"dogs/learn.py":  sklearnFit + "train([], [1])\n",
			"dogs/README.md": "    python learn.py\n",
		}, ""},
		"a README beside a Makefile": {map[string]string{
			"lib/a.py":  sklearnFit + "train([], [])\n",
			"lib/b.py":  sklearnFit + "train([], [])\n",
			"Makefile":  "train:\n\tpython lib/a.py\n",
			"README.md": "    python lib/b.py\n",
		}, "lib/b.py"},
		"an example of options": {map[string]string{
			"run.py":    sklearnFit + "train([], [])\n",
			"learn.py":  sklearnFit + "train([], [])\n",
			"README.md": "For example:\n\n    python run.py --epochs 3\n",
		}, "run.py"},
		"a test is the only one that trains": {map[string]string{
			"core/trainer.py":      "import torch\nclass Trainer:\n    def train(self, loss, optimizer):\n        loss.backward()\n        optimizer.step()\n",
			"core/trainer_test.py": "from core.trainer import Trainer\n" + starts + "    Trainer().train(0, 0)\n",
		}, "core/trainer_test.py"},
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

// TestEntryByRunner holds that a script that starts others speaks for the one of
// them that trains, and is no entry itself.
func TestEntryByRunner(t *testing.T) {
	const (
		script = sklearnFit + "train([], [])\n"
		run    = "import subprocess, sys\nfor script in ['src/clean.py', 'src/a.py', 'src/evaluate.py']:\n    subprocess.run([sys.executable, script], check=True)\n"
		both   = "import os\nos.system('python src/a.py')\nos.system('python src/b.py')\n"
	)
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"one training":                       {map[string]string{"run_all.py": run, "src/clean.py": "print(1)\n", "src/evaluate.py": script}, "src/a.py"},
		"one in a directory":                 {map[string]string{"jobs/go.py": run}, "src/a.py"},
		"a web application":                  {map[string]string{"app.py": "import os, flask\nos.system('python src/a.py')\n"}, "src/a.py"},
		"one that the README has":            {map[string]string{"jobs/go.py": run, "README.md": "    python jobs/go.py\n", "x.sh": "python src/b.py\n", "y/README.md": "    python src/b.py\n"}, ""},
		"one more than a directory's README": {map[string]string{"jobs/go.py": run, "README.md": "    python jobs/go.py\n", "y/README.md": "    python src/b.py\n"}, "src/a.py"},
		"two trainings":                      {map[string]string{"run_all.py": both}, ""},
		"two, of which the README has one":   {map[string]string{"run_all.py": "import os\nfor kind in ['forest', 'svm']:\n    os.system(f'python src/{kind}.py')\n", "src/forest.py": script, "src/svm.py": script, "README.md": "# A forest\n"}, ""},
		"a comparison":                       {map[string]string{"compare.py": run}, ""},
		"what was put aside":                 {map[string]string{"old/run.py": run}, ""},
		"a training that starts another":     {map[string]string{"src/b.py": "import os\n" + script + "os.system('python src/a.py')\n"}, ""},
		"a training's own words":             {map[string]string{"src/b.py": script + "print('python src/a.py')\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"src/a.py": script, "src/b.py": script}
			for file, text := range test.files {
				files[file] = text
			}
			p := inspected(t, files)
			asks := p.Problem != nil && strings.Contains(*p.Problem, "say which")
			if p.Entry != test.want || asks != (test.want == "") {
				t.Errorf("entry %q, asks %t, want %q", p.Entry, asks, test.want)
			}
		})
	}
}

// TestNoEntry holds that a function that nothing calls is no script, and that a
// name alone makes none.
func TestNoEntry(t *testing.T) {
	p := inspected(t, map[string]string{"model.py": sklearnFit, "train.py": "import engine\nengine.Loop().train_it()\n"})
	if p.Entry != "" || p.Problem == nil || !strings.Contains(*p.Problem, "no script here trains") {
		t.Errorf("entry %q, problem %v", p.Entry, p.Problem)
	}
}

// TestEntryWithoutExtension holds that what says that it is a Python program, and
// may be executed, is one.
func TestEntryWithoutExtension(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		mode fs.FileMode
		want string
	}{
		"a program":         {"#!/usr/bin/env python3\n" + sklearnFit + "train([], [])\n", 0o755, "bin/learn"},
		"one of a shell":    {"#!/bin/sh\n# not python\ntrain()\n", 0o755, ""},
		"no program":        {"#!/usr/bin/env python3\n" + sklearnFit + "train([], [])\n", 0o644, ""},
		"what says no such": {sklearnFit + "train([], [])\n", 0o755, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{"bin/learn": {Data: []byte(test.text), Mode: test.mode}, "data.py": {Data: []byte("print(1)\n")}}
			p, err := Inspect(Source{FS: files, Classify: func(string) (string, error) { return "missing", nil }}, Hints{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Entry != test.want {
				t.Errorf("entry %q, want %q", p.Entry, test.want)
			}
		})
	}
}

// TestEntryBySubject holds that of scripts alike the one is the entry that is
// named for what the README begins with.
func TestEntryBySubject(t *testing.T) {
	const script = sklearnFit + "train([], [])\n"
	for readme, want := range map[string]string{
		"Networks for [speech commands](x)\nwith PyTorch.\n\n# General\nCIFAR too.\n\nMore.\n": "train_speech_commands.py",
		"# Hate speech with a Convolutional Neural Network\n\nText.\n":                         "train_keras_cnn.py",
		"# SVM and CNN\n":                                  "",
		"# Comparison of SVM and other models\n":           "",
		"# CNN-LSTM vs. SVM\n":                             "",
		"# Experiments\n\n* cnn\n":                         "",
		"# Experiments\n\nText.\n\nThe cnn is the best.\n": "",
	} {
		p := inspected(t, map[string]string{"train_speech_commands.py": script, "train_svm.py": script, "train_keras_cnn.py": script, "README.md": readme})
		if p.Entry != want {
			t.Errorf("%q: entry %q, want %q", readme, p.Entry, want)
		}
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
		"StackingClassifier([('f', RandomForestClassifier()), ('x', XGBClassifier())]).fit(X, y)\n":                                                         "sklearn",
		"RandomForestClassifier().fit(X, y)\nXGBClassifier().fit(X, y)\n":                                                                                   "boosting",
		"def other():\n    return XGBClassifier()\nRandomForestClassifier().fit(X, y)\n":                                                                    "sklearn",
		"try:\n    m = XGBClassifier()\nexcept NameError:\n    m = RandomForestClassifier()\n    m = RandomForestClassifier()\nm.fit(X, y)\n":               "boosting",
		"import joblib\nRandomForestClassifier().fit(X, y)\nRandomForestClassifier().fit(X, y)\nbest = XGBClassifier()\njoblib.dump(best.fit(X, y), 'm')\n": "boosting",
		"import factory\nfactory.make().fit(X, y)\n":                                                                                                        "sklearn",
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

func TestAlike(t *testing.T) {
	names := strings.Fields("a.py b.py c.py d.py e.py f.py g.py")
	for n, want := range map[int]string{2: "a.py and b.py both", 3: "a.py, b.py and c.py all", 7: "a.py, b.py, c.py, d.py, e.py and 2 more all"} {
		if got := alike(names[:n]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
