//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// journalled makes a repository whose journal has so many runs of so many
// trials, as real ones look.
func journalled(tb testing.TB, runs, trials int) (repo string) {
	tb.Helper()
	dir := tb.TempDir()
	repo = filepath.Join(dir, "repo")
	tb.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	if out, err := exec.Command("git", "init", "-q", repo).CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	ctx := tb.Context()
	j, err := store.Open(ctx, filepath.Join(repo, ".git", "mlhook"))
	if err != nil {
		tb.Fatal(err)
	}
	defer j.Close()
	for n := range runs {
		r, _, err := j.Add(ctx, store.Order{Commit: fmt.Sprintf("%040x", n+1), Branch: "main"})
		if err != nil {
			tb.Fatal(err)
		}
		for k := range trials {
			if err := j.PutTrial(ctx, r.Number, sampleTrial(k)); err != nil {
				tb.Fatal(err)
			}
		}
		_, err = j.Change(ctx, r.Number, func(r *run.Run) {
			best := 0
			r.State, r.Verdict, r.TrialsDone, r.Best = run.Done, run.Exhausted, trials, &best
			r.Reason = "the trials of mlhook.trials are spent; best is trial 0: accuracy 0.700 (test, 450 samples), target 0.800"
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return repo
}

func sampleTrial(n int) run.Trial {
	value := 0.7 - float64(n)/1e6
	t := run.Trial{N: n, State: run.Done, Value: &value, Start: run.Cold, Why: "the loss still falls at the last epoch", Seconds: 12.3, Seed: 42,
		Metric:   &run.Metric{Name: "accuracy", Value: value, Split: run.Test, Samples: 450, Source: "sklearn.metrics.accuracy_score"},
		Attempts: []run.Attempt{{N: 1}}, Values: map[string]string{"train.py:Adam:learning_rate": "0.001"},
		Tweak: []run.Change{{Tunable: "train.py:Adam:learning_rate", File: "train.py", Line: 9, From: "0.0001", To: "0.001", Why: strings.Repeat("why ", 10)}}}
	for epoch := range 10 {
		t.Curve = append(t.Curve, run.Point{Epoch: epoch + 1, Values: map[string]float64{"loss": 1 / float64(epoch+1), "val_accuracy": 0.6}})
	}
	return t
}

// TestShowAsJSON holds that JSON has all trials, where show prints the first, the
// best and the newest.
func TestShowAsJSON(t *testing.T) {
	repo := journalled(t, 1, shownTrials+10)
	out, err := exec.Command(binary, "show", "--json", "--repo", repo).Output()
	if err != nil {
		t.Fatal(err)
	}
	var d run.Detail
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Trials) != shownTrials+10 {
		t.Errorf("%d trials, want %d", len(d.Trials), shownTrials+10)
	}
}
