package supervise

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// checkpoint writes a checkpoint of a trial as the agent does.
func (s *scene) checkpoint(r store.Repository, number, trial int, name string) {
	s.t.Helper()
	dir := filepath.Join(s.State.RunDir(r, number), "trials", agent.CheckpointDir(trial), name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	manifest := fmt.Sprintf(`{"v":1,"epoch":1,"level":"exact","files":{"state":{"size":0,"sha256":"%x"}}}`, sha256.Sum256(nil))
	for file, text := range map[string]string{"state": "", "MANIFEST.json": fmt.Sprintf("%s\n%x\n", manifest, sha256.Sum256([]byte(manifest)))} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
}

// A trial that goes on from a rung and one of several side by side are no loop
// while either gains epochs.
func TestEveryTrialUnderWayIsProgress(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	for n, state := range []run.State{run.Done, run.Training, run.Paused, run.Training, run.Done} {
		if err := s.journal(r).PutTrial(t.Context(), 1, run.Trial{N: n, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	kill := func() {
		t.Helper()
		s.change(r, 1, func(r *run.Run) { training(r); r.TrialsDone = 5 })
		s.dies(r, 1, "")
		s.look()
		s.due(r, 1)
		s.look()
	}
	for n, trial := range []int{1, 3, 3, 1, 1} {
		s.checkpoint(r, 1, trial, fmt.Sprintf("%d-1-%d", n, n))
		kill()
	}
	s.expect("a/1", "a/1", "a/1", "a/1", "a/1", "a/1")
	for n := range 2 {
		s.checkpoint(r, 1, 2, fmt.Sprintf("%d-1-%d", n, n)) // which nobody trains
		kill()
	}
	s.expectRun(r, 1, run.Done, run.Failed, "it was killed 3 times without a newer checkpoint between")
}
