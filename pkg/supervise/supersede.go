package supervise

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
)

// supersede ends automatic runs that a newer commit in the same place makes
// pointless: queued ones always; one that trains when the user wants that, or
// when its commit was rewritten before it finished an epoch. What follows from
// the journal alone is repeated in every visit, so that no death loses it.
func (s *Supervisor) supersede(ctx context.Context, w *watched) error {
	runs, err := w.journal.Pending(ctx)
	if err != nil {
		return err
	}
	newest := map[string]run.Run{}
	for _, r := range runs {
		if r.Trigger == run.ByCommit {
			newest[place(r)] = r
		}
	}
	for _, r := range runs {
		newer := newest[place(r)]
		if r.Trigger != run.ByCommit || r.Number >= newer.Number {
			continue
		}
		reason := fmt.Sprintf("commit %.10s came before training began", newer.Commit)
		if r.State == run.Queued {
			err = s.finish(ctx, w, r, run.Superseded, "", reason)
		} else if reason, ok := s.outdated(ctx, w, r, newer); ok {
			err = w.journal.WantStop(ctx, r.Number, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place is where the commits of a run follow each other: its branch, or the
// working tree of a detached HEAD, whose path is no branch's name.
func place(r run.Run) string { return cmp.Or(r.Branch, r.Top) }

// outdated tells whether a run that was begun has to make room for a newer one.
func (s *Supervisor) outdated(ctx context.Context, w *watched, r, newer run.Run) (reason string, ok bool) {
	if wanted, _, err := w.journal.StopWanted(ctx, r.Number); err != nil || wanted {
		return "", false
	}
	if s.policy(ctx, w).Newer == "stop" {
		return fmt.Sprintf("commit %.10s came, and mlhook.newer is stop", newer.Commit), true
	}
	if r.TrialsDone > 0 || learned(s.State.RunDir(w.Repository, r.Number)) || !s.Rewritten(ctx, w.Repository, r.Commit, newer.Commit) {
		return "", false
	}
	return fmt.Sprintf("commit %.10s took the place of its commit before the first epoch was over", newer.Commit), true
}

// learned tells whether a run has finished an epoch.
func learned(runDir string) bool {
	files, err := filepath.Glob(filepath.Join(runDir, "trials", "*", "*", "events.jsonl"))
	return err == nil && slices.ContainsFunc(files, hasEpoch)
}

// hasEpoch looks for an epoch in a file of events. Loops by hand, torch's among
// them, tell of theirs only by their checkpoints while they go on.
func hasEpoch(name string) bool {
	f, err := agent.OpenRegular(filepath.Dir(name), filepath.Base(name), agent.MaxEvents)
	if err != nil {
		return false
	}
	defer f.Close()
	for e := range agent.Events(f) {
		if e.Type == agent.EventCurve || e.Type == agent.EventCheckpoint && e.Epoch > 0 {
			return true
		}
	}
	return false
}
