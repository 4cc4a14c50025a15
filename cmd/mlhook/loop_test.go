package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A run that was superseded while its runner failed to begin stays so.
func TestBrokenLeavesWhatIsDone(t *testing.T) {
	top := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", top).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	common := filepath.Join(top, ".git")
	j, err := store.Open(t.Context(), filepath.Join(common, "mlhook"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	p := &project{git: &git.Repo{Top: top, Dir: common, Common: common}, state: store.State(t.TempDir()), repo: store.Repository{Common: common, Top: top}, journal: j}
	r, _, err := j.Add(t.Context(), store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) { r.State, r.Verdict = run.Done, run.Superseded }); err != nil {
		t.Fatal(err)
	}
	if err := endBroken(t.Context(), p, r.Number, errors.New("mlhook.toml is broken")); err != nil {
		t.Fatal(err)
	}
	if r, err = j.Run(t.Context(), r.Number); err != nil || r.Verdict != run.Superseded || r.Reason != "" {
		t.Errorf("%s: %s, %v", r.Verdict, r.Reason, err)
	}
}
