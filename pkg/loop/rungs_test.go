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
	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/store"
)

// Epochs that take a while, so that there is time to pause between them.
const slowFit = `
import time
import keras
import numpy as np
X = np.random.RandomState(1).normal(size=(200, 8)).astype("float32")
y = (X[:, 0] > 0).astype("float32")
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
class Slow(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.5)
model.fit(X[50:], y[50:], epochs=8, validation_data=(X[:50], y[:50]), verbose=0, callbacks=[Slow()])
print("Test accuracy: %.2f" % model.evaluate(X[:50], y[:50], verbose=0)[1])
`

// A trial that is behind at its rung is frozen there, and goes on later from its
// checkpoint with the curve that it had.
func TestPausedTrialGoesOn(t *testing.T) {
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if exec.Command(python, "-c", "import keras").Run() != nil {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatal("MLHOOK_TEST_PYTHON has no keras, and MLHOOK_TEST_REQUIRE is set")
		}
		t.Skip("needs a Python with keras in MLHOOK_TEST_PYTHON")
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
		program: &inspect.Program{Entry: "train.py", Family: "keras", Frameworks: []string{"keras"}, Resume: "epoch"}, image: engine.Image{Ref: python}, Hold: func() string { return "" }, budget: &budget{most: time.Hour}}
	l.Settings.Minutes, l.Settings.Trials, l.Settings.Target = 60, 2, 1
	l.Settings.Metric = "accuracy"
	for _, name := range []string{"commit", "trials"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "commit", "train.py"), []byte(slowFit), 0o644); err != nil {
		t.Fatal(err)
	}
	defer l.closeSession(ctx)
	best := 0.99
	own := run.Trial{State: run.Done, Value: &best, Seconds: 60, Fits: 1}
	for e := 1; e <= 8; e++ {
		own.Curve = append(own.Curve, run.Point{Epoch: e, Values: map[string]float64{"val_accuracy": best}})
	}
	if err := journal.PutTrial(ctx, r.Number, own); err != nil {
		t.Fatal(err)
	}
	trial := func() run.Trial {
		trials, err := journal.Trials(ctx, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		return trials[1]
	}
	first := run.Trial{N: 1, State: run.Training, Start: run.Cold, Seed: 5, Until: 2, Move: string(search.Random)}
	if err := journal.PutTrial(ctx, r.Number, first); err != nil {
		t.Fatal(err)
	}
	if err := l.execute(ctx, r, first); err != nil {
		t.Fatal(err)
	}
	frozen := trial()
	if frozen.State != run.Paused || epochs(frozen.Curve) < 2 || epochs(frozen.Curve) > 5 || frozen.Seconds == 0 || frozen.Value != nil {
		t.Fatalf("behind at its rung: %+v", frozen)
	}
	if err := l.execute(ctx, r, goOn(frozen, search.Action{Trial: 1, Why: "trial 1 leads"})); err != nil {
		t.Fatal(err)
	}
	got := trial()
	last := got.Attempts[len(got.Attempts)-1]
	if got.State != run.Done || got.Value == nil || len(got.Attempts) != 2 || !strings.HasPrefix(*last.Why, whyPaused) || len(failures(got)) != 0 {
		t.Fatalf("continued: %+v", got)
	}
	if last.FromEpoch < 1 || last.Resume == "restart" || len(got.Curve) != 8 || got.Fits != 1 || got.Seconds <= frozen.Seconds {
		t.Fatalf("it goes on from its checkpoint, with its curve: %+v, %+v", last, got)
	}
}
