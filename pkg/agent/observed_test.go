package agent_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// reads returns "path", "path/" for a listing and "path?" for what is not there.
func (a attempt) reads() []string {
	var found []string
	for _, e := range a.all(agent.EventData) {
		text := e.Path
		if e.Format == "directory" {
			text += "/"
		}
		if e.Missing {
			text += "?"
		}
		found = append(found, text)
	}
	return found
}

func TestData(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	elsewhere := filepath.Join(t.TempDir(), "far.csv")
	if err := os.WriteFile(elsewhere, []byte("1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for trial, c := range []struct {
		name, script string
		want         []string
	}{
		{"files", `
open("a.csv", "w").write("1")                   # its own from here on
for name in ("a.csv", "train.py", "/etc/passwd", "/proc/self/stat", "../log", "../../checkpoints/x", ".hidden", b"bytes.csv"):
    try: open(name).read()
    except FileNotFoundError: pass`, []string{".hidden?", "bytes.csv?"}},
		{"places", `
import os, pathlib
os.system("mkdir sub ../data; echo 1 > sub/b.csv; echo 1 > ../data/c.csv")
os.makedirs("sub", exist_ok=True)
here = pathlib.Path(__file__).resolve().parent
os.chdir("sub")
for name in ("b.csv", here / "sub" / "b.csv", here.parent / "data" / "c.csv", "../../data/c.csv", "../../input/d.csv", "` + elsewhere + `", "/no/such/e.csv"):
    try: open(name, "rb").close()
    except FileNotFoundError: pass`, []string{"sub/b.csv", "../data/c.csv", "../input/d.csv?", elsewhere, "/no/such/e.csv?"}},
		{"listings", `
import glob, os
os.mkdir("made"); os.system("touch made/1.png")
glob.glob("made/*.png"); open("made/1.png").close()    # its own
import no_such_module_is_looked_for_here`, nil},
		{"listed", `
import glob, os
os.system("mkdir images; touch images/1.png")
glob.glob("images/*.png"); os.listdir("images"); list(os.walk("/no/such"))
os.listdir()`, []string{"images/", "/no/such/?", "./"}},
		{"many files of a directory", `
import os
os.system("mkdir images; cd images && touch $(seq 100)")
for i in range(1, 101): open("images/%d" % i).close()`, append(numbered("images/%d", 20), "images/")},
		{"many directories", `
import os
os.system("for i in $(seq 600); do mkdir $i; touch $i/x; done")
for i in range(1, 601): open("%d/x" % i).close()`, numbered("%d/x", 500)},
		{"names that are no paths", `
import os
for name in ("\0", "\udcff", 10 ** 6, -1):
    try: open(name)
    except (OSError, ValueError): pass
r, w = os.pipe(); os.close(w); open(r).close()`, []string{"\ufffd?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: trial}, c.script)
			if e := a.one(agent.EventExit); strings.Contains(log, "Traceback") && !strings.Contains(log, "ModuleNotFoundError") {
				t.Errorf("exit %+v\n%s", e, log)
			}
			for i := range a.events {
				a.events[i].Path = strings.ToValidUTF8(a.events[i].Path, "\ufffd")
			}
			if diff := cmp.Diff(c.want, a.reads()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func numbered(format string, n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf(format, i+1))
	}
	return names
}

// What frameworks read of their own is no data, nor what the agent looks at to resume a training.
func TestDataOfFrameworks(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "pandas", "keras")
	s := share(t, "keras")
	for trial, cold := range []bool{false, true} {
		a, _ := s.run(agent.Request{Trial: trial, Cold: cold}, `
import keras, numpy, os, pandas, sklearn.datasets
sklearn.datasets.load_iris(); sklearn.datasets.load_digits()
os.system("printf 'a,b\n1,2\n' > d.csv")
pandas.read_csv("d.csv")
m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
m.compile("sgd", "mse"); m.fit(numpy.ones((8, 4)), numpy.ones(8), verbose=0)
m.save("m.keras"); keras.models.load_model("m.keras")`)
		if diff := cmp.Diff([]string{"d.csv"}, a.clean().reads()); diff != "" {
			t.Errorf("cold %t: -want +got:\n%s", cold, diff)
		}
	}
}

func TestLayers(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn", "torch", "keras", "xgboost")
	for trial, c := range []struct {
		name, script string
		want         []string // source: layers
	}{
		{"sklearn", digits + `
from sklearn.ensemble import StackingClassifier, VotingClassifier as V
from sklearn.linear_model import LogisticRegression as L
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler as S
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier as T
SVC().fit(a, c)
GridSearchCV(make_pipeline(S(), SVC()), {"svc__C": [1, 2]}, cv=2).fit(a, c)
V([("t", T()), ("p", make_pipeline(S(), SVC()))]).fit(a, c)
StackingClassifier([("t", T())], final_estimator=L(max_iter=500), cv=2).fit(a, c)
cross_val_score(make_pipeline(S(), L()), a, c, cv=2)`, []string{
			"SVC.fit:", "GridSearchCV.fit: StandardScaler SVC", "VotingClassifier.fit: DecisionTreeClassifier StandardScaler SVC",
			"StackingClassifier.fit: DecisionTreeClassifier LogisticRegression",
			"cross_val_score: StandardScaler LogisticRegression",
		}},
		{"keras", digits + `
import keras
from keras.layers import *
inner = keras.Sequential([Reshape((8, 8, 1)), Conv2D(2, 3), Flatten()])
i = keras.Input((64,))
m = keras.Model(i, Dense(10, activation="softmax")(inner(i)))
m.compile("adam", "sparse_categorical_crossentropy")
m.fit(a, c, verbose=0)`, []string{"keras.Model.fit: InputLayer Reshape Conv2D Flatten Dense"}},
		{"torch", `
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 8), nn.ModuleList([nn.ReLU(), nn.Dropout()])[1])
        self.rest = nn.ModuleDict({"encoder": nn.TransformerEncoderLayer(8, 2), "out": nn.Linear(8, 2)})
one, two = Net(), nn.Linear(2, 2)
torch.optim.RMSprop(one.parameters(), lr=1)
torch.optim.SGD(two.parameters(), lr=1)`, []string{
			"torch.optim.RMSprop: Linear Dropout TransformerEncoderLayer Linear", "torch.optim.SGD: Linear",
		}},
		// A decorator of xgboost's takes by position what its signature does not.
		{"xgboost", digits + `
import xgboost
d = xgboost.DMatrix(a, c)
xgboost.train({"objective": "multi:softmax", "num_class": 10}, d, 1, [(d, "train")])`, []string{"xgboost.train:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _ := share(t, c.name).run(agent.Request{Trial: trial}, c.script)
			var got []string
			for _, e := range a.clean().all(agent.EventFit) {
				got = append(got, strings.TrimRight(e.Source+": "+strings.Join(e.Layers, " "), " "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
