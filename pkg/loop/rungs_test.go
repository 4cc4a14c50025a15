package loop

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
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

// behind is a loop with a trial that trains and is worse at its rung than the
// code as committed, and what looks the trial up.
func behind(t *testing.T) (l *Loop, r run.Run, first run.Trial, trial func() run.Trial) {
	t.Helper()
	l, r = trained(t, slowFit, "keras")
	l.program.Resume = "epoch"
	l.Settings.Trials, l.Settings.Target = 2, 1
	t.Cleanup(func() { l.closeSession(context.Background(), &ending{}) })
	best := 0.99
	own := run.Trial{State: run.Done, Value: &best, Seconds: 60, Fits: 1}
	for e := 1; e <= 8; e++ {
		own.Curve = append(own.Curve, run.Point{Epoch: e, Values: map[string]float64{"val_accuracy": best}})
	}
	first = run.Trial{N: 1, State: run.Training, Start: run.Cold, Seed: 5, Until: 2, Move: string(search.Random)}
	for _, put := range []run.Trial{own, first} {
		if err := l.Journal.PutTrial(t.Context(), r.Number, put); err != nil {
			t.Fatal(err)
		}
	}
	return l, r, first, func() run.Trial {
		trials, err := l.Journal.Trials(t.Context(), r.Number)
		if err != nil {
			t.Fatal(err)
		}
		return trials[1]
	}
}

// A trial that is behind at its rung is frozen there, and goes on later from its
// checkpoint with the curve that it had.
func TestPausedTrialGoesOn(t *testing.T) {
	ctx := t.Context()
	l, r, first, trial := behind(t)
	if err := l.execute(ctx, r, first); err != nil {
		t.Fatal(err)
	}
	frozen := trial()
	if frozen.State != run.Paused || run.Epochs(frozen.Curve) < 2 || run.Epochs(frozen.Curve) > 5 || frozen.Seconds == 0 || frozen.Value != nil {
		t.Fatalf("behind at its rung: %+v", frozen)
	}
	if err := l.execute(ctx, r, goOn(frozen, search.Action{Trial: 1, Why: "trial 1 leads"})); err != nil {
		t.Fatal(err)
	}
	got := trial()
	last := *got.Last()
	if got.State != run.Done || got.Value == nil || len(got.Attempts) != 2 || !strings.HasPrefix(*last.Why, whyPaused) || len(failures(got)) != 0 {
		t.Fatalf("continued: %+v", got)
	}
	if last.FromEpoch < 1 || last.Resume == "restart" || len(got.Curve) != 8 || got.Fits != 1 || got.Seconds <= frozen.Seconds {
		t.Fatalf("it goes on from its checkpoint, with its curve: %+v, %+v", last, got)
	}
}

// A runner that asked for a frozen trial's end, and was killed before it could
// write that down, leaves it to the next.
func TestPausedByARunnerThatWasKilled(t *testing.T) {
	ctx := t.Context()
	l, r, first, trial := behind(t)
	s, _, err := l.openSession(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.begin(ctx, s, &first); err != nil {
		t.Fatal(err)
	}
	until := func(kind string) {
		t.Helper()
		for {
			events, _, err := s.Events(1, 1, 0)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(events, func(e agent.Event) bool { return e.Type == kind && (kind == agent.EventExit || e.Epoch >= 2) }) {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	until(agent.EventCheckpoint)
	if err := s.Stop(ctx, 1, 1); err != nil {
		t.Fatal(err)
	}
	until(agent.EventExit)
	l.session = nil // as a runner that was killed leaves it
	if err := l.execute(ctx, r, first); err != nil {
		t.Fatal(err)
	}
	if got := trial(); got.State != run.Paused || got.Error != "" || run.Epochs(got.Curve) < 2 {
		t.Errorf("%+v", got)
	}
}
