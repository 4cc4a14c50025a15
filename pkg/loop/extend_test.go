package loop

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
)

const threeEpochs = `
import time
import keras
import numpy as np
keras.utils.set_random_seed(0)
X = np.random.RandomState(1).normal(size=(400, 8)).astype("float32")
y = (X[:, 0] > 0).astype("int32")
net = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2, activation="softmax")])
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
class Slow(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print("EPOCH", epoch)
        time.sleep(0.7)
net.fit(X[100:], y[100:], epochs=3, batch_size=50, verbose=0, callbacks=[Slow()])
print("Test accuracy:", net.evaluate(X[:100], y[:100], verbose=0)[1])
`

// A trial that only trains longer than another goes on from where that ended;
// one with another seed, or with another value besides, does not.
func TestLongerTrainingGoesOn(t *testing.T) {
	ctx := context.Background()
	l, r := trained(t, threeEpochs, "keras")
	defer l.closeSession(ctx, &ending{})
	program, err := inspect.Inspect(inspect.Source{FS: os.DirFS(filepath.Join(l.Dir, "commit")),
		Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
	if err != nil || program.Problem != nil {
		t.Fatal(err, program.Problem)
	}
	l.program = program
	id := map[string]string{}
	for _, p := range program.Tunables {
		id[p.Role] = p.ID
	}
	five := map[string]string{id["epochs"]: "5"}
	for n, c := range []struct {
		values map[string]string
		seed   int64
		goesOn bool
	}{
		{nil, 5, false},
		{five, 5, true},
		{five, 6, false},
		{map[string]string{id["epochs"]: "4", id["batch_size"]: "25"}, 5, false},
		{map[string]string{id["epochs"]: "2"}, 5, false},
	} {
		trial := run.Trial{N: n, State: run.Training, Start: run.Cold, Values: c.values, Seed: c.seed}
		if err := l.execute(ctx, r, trial); err != nil {
			t.Fatal(err)
		}
		trials, err := l.Journal.Trials(ctx, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		got := trials[n]
		a := got.Attempts[0]
		if got.Value == nil || len(got.Attempts) != 1 || (a.FromEpoch > 0) != c.goesOn || (a.Resume == "exact") != c.goesOn {
			t.Errorf("trial %d: %+v", n, got)
		}
		if want := map[bool]int{true: 5, false: len(got.Curve)}[c.goesOn]; len(got.Curve) != want || got.Fits != 1 {
			t.Errorf("trial %d: %d fits, curve %v", n, got.Fits, got.Curve)
		}
	}
}
