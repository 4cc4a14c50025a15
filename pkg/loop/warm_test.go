package loop

import (
	"context"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
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
	ctx := context.Background()
	l, r := trained(t, ownSplit, "torch")
	defer l.closeSession(ctx, &ending{})
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
		trials, err := l.Journal.Trials(ctx, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		n := len(trials)
		if err := l.execute(ctx, r, run.Trial{N: n, State: run.Training, Start: c.asked, Parent: c.parent, Seed: 5}); err != nil {
			t.Fatal(err)
		}
		if trials, err = l.Journal.Trials(ctx, r.Number); err != nil {
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
