package loop

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// Trial 0 has another split than the trials after it. Batches of one row do not
// show that before training.
const ownSplit = `
import os, re
import numpy as np
import torch
from torch import nn
trial = int(re.search(r"trials/(\d+)/", os.getcwd() + "/").group(1))
X = np.random.RandomState(1).normal(size=(200, 8)).astype("float32")
y = (X[:, 0] > 0).astype("int64")
order = np.random.RandomState(0 if trial == 0 else 3).permutation(200)
A, C, B, D = X[order[50:]], y[order[50:]], X[order[:50]], y[order[:50]]
net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(2):
    for i in range(len(A)):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(torch.tensor(A[i:i + 1])), torch.tensor(C[i:i + 1])).backward()
        optimizer.step()
with torch.no_grad():
    print("Test accuracy: %.2f" % (net(torch.tensor(B)).argmax(1).numpy() == D).mean())
`

// A trial that is to start warm says in the journal how it did; one that turns
// out void is trained again, cold.
func TestWarmStartIsJournalled(t *testing.T) {
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if exec.Command(python, "-c", "import torch").Run() != nil {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatal("MLHOOK_TEST_PYTHON has no torch, and MLHOOK_TEST_REQUIRE is set")
		}
		t.Skip("needs a Python with torch in MLHOOK_TEST_PYTHON")
	}
	ctx, dir := context.Background(), t.TempDir()
	journal, err := store.Open(ctx, filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	r, _, err := journal.Add(ctx, store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	l := &Loop{Number: r.Number, Dir: dir, Journal: journal, Out: io.Discard, Engine: &engine.Local{Cache: filepath.Join(dir, "cache")},
		program: &inspect.Program{Entry: "train.py", Family: "torch"}, image: engine.Image{Ref: python}, Hold: func() string { return "" }, budget: &budget{most: time.Hour}}
	l.Settings.Minutes, l.Settings.Metric = 60, "accuracy"
	for _, name := range []string{"commit", "trials"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "commit", "train.py"), []byte(ownSplit), 0o644); err != nil {
		t.Fatal(err)
	}
	defer l.closeSession(ctx)
	zero, one := 0, 1
	for _, c := range []struct {
		parent *int
		asked  run.Start
		start  run.Start
		why    []string // of the attempts
	}{
		{nil, run.Cold, run.Cold, []string{""}},
		{&zero, run.Warm, run.Cold, []string{"", "the lineage trained on"}},
		{&one, run.Warm, run.Warm, []string{""}},
		{&one, run.Cold, run.Cold, []string{""}},
	} {
		trials, err := journal.Trials(ctx, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		n := len(trials)
		if err := l.execute(ctx, r, run.Trial{N: n, State: run.Training, Start: c.asked, Parent: c.parent, Seed: 5}); err != nil {
			t.Fatal(err)
		}
		if trials, err = journal.Trials(ctx, r.Number); err != nil {
			t.Fatal(err)
		}
		got := trials[n]
		if got.Start != c.start || len(got.Attempts) != len(c.why) || got.Value == nil {
			t.Fatalf("trial %d: %+v", n, got)
		}
		for i, a := range got.Attempts {
			if why := c.why[i]; (a.Why == nil) != (why == "") || a.Why != nil && !strings.Contains(*a.Why, why) {
				t.Errorf("trial %d: attempt %+v", n, a)
			}
		}
	}
}
