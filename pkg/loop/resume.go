package loop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// stands tells whether the trial's last attempt needs no start: it ended by
// itself, under an agent that may be gone with a runner that could not write it
// down, or the agent was asked for it, at times by an earlier runner.
func (l *Loop) stands(s engine.Session, t run.Trial) bool {
	if len(t.Attempts) == 0 {
		return false
	}
	attempt := t.Last().N
	if s.Asked(t.N, attempt) {
		return true
	}
	events, _, err := s.Events(t.N, attempt, 0)
	ended := slices.ContainsFunc(events, func(e agent.Event) bool { return e.Type == agent.EventExit && e.Code != nil && !e.Quit })
	return err == nil && ended
}

// interrupted adds an attempt where the last one was begun under an agent that
// is gone, with a runner that could not say so.
func (l *Loop) interrupted(t *run.Trial) {
	n := len(t.Attempts)
	if n == 0 {
		return
	}
	if _, err := os.Stat(store.TreeDir(l.Dir, t.N, t.Attempts[n-1].N)); err == nil {
		again(t, whyInterrupted)
	}
}

// checkpoint is the newest valid checkpoint of a trial, at first that of one that
// it continues; it notes with the attempt from where it goes on. The zero value
// stands for none. wrote is what of another program's it is.
func (l *Loop) checkpoint(ctx context.Context, t *run.Trial) (name, wrote string, err error) {
	found, err := agent.Newest(l.checkpoints(t.N), func(text string) { l.say("train", "trial %d: %s", t.N, text) })
	if err == nil && found == nil && len(t.Attempts) == 1 {
		found, err = l.extend(ctx, t)
	}
	if err != nil || found == nil {
		return "", "", err
	}
	t.Last().FromEpoch = found.Epoch
	if found.Inherited() {
		wrote = found.Script
	}
	return found.Name, wrote, nil
}

func (l *Loop) checkpoints(trial int) string {
	return filepath.Join(l.Dir, "trials", agent.CheckpointDir(trial))
}

// voidCheckpoints sets the checkpoints of a void attempt aside: what they hold
// was learned from rows that are evaluated.
func (l *Loop) voidCheckpoints(t run.Trial) error {
	dir := l.checkpoints(t.N)
	err := os.Rename(dir, dir+".void")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// resumedBy notes what became of a checkpoint. A training that began again did
// not go on from any epoch.
func (o outcome) resumedBy(a *run.Attempt) {
	if o.resume == nil {
		return
	}
	a.Resume, a.ResumeWhy = o.resume.Level, o.resume.Text
	if a.Resume == agent.LevelRestart {
		a.FromEpoch = 0
	}
}
