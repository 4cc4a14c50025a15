package supervise

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/boot"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// startGrace is how long a runner that another supervisor started may take to
// hold its lock.
const startGrace = 3 * time.Second

// starting tells whether another supervisor has started the runner of a run this
// instant: it counts as alive.
func (s *Supervisor) starting(c candidate, rec run.Recovery) bool {
	_, ours := s.started[c.ID]
	age := time.Since(rec.Started)
	if ours || rec.Boot != boot.ID() || age < 0 || age >= startGrace || s.words(c, rec) != "" {
		return false
	}
	s.lookAgain(startGrace - age)
	return true
}

// words is what a run's last runner said before it died.
func (s *Supervisor) words(c candidate, rec run.Recovery) string {
	return words(WordsFile(s.State.RunDir(c.w.Repository, c.Number)), rec.Words)
}

// mend accounts for the death of a run's runner, if there was one. over says
// that the run was given up.
func (s *Supervisor) mend(ctx context.Context, c candidate, rec *run.Recovery) (over bool, err error) {
	if rec.Started.IsZero() {
		return false, nil
	}
	why := s.words(c, *rec)
	switch {
	case rec.Boot != boot.ID():
		return false, s.forgive(ctx, c, rec, "the machine was restarted")
	case why == Interrupted:
		return false, s.forgive(ctx, c, rec, why)
	case diskFull(why):
		return false, s.forgive(ctx, c, rec, "the disk was full")
	}
	if err := s.failed(ctx, c, rec, why); err != nil {
		return false, err
	}
	if why, loop := run.CrashLoop(rec.Failures); loop {
		return true, s.giveUp(ctx, c, why)
	}
	return false, nil
}

// Interrupted is what a runner says that was asked to end: nobody's fault.
const Interrupted = "interrupted by a signal"

// forgive notes a death that does not count.
func (s *Supervisor) forgive(ctx context.Context, c candidate, rec *run.Recovery, why string) error {
	s.Log.Info("the runner ended", "repository", c.w.Common, "run", c.Number, "why", why)
	rec.Started = time.Time{}
	return c.w.journal.PutRecovery(ctx, c.Number, *rec)
}

// failed notes a death that counts, and when the next runner may start.
func (s *Supervisor) failed(ctx context.Context, c candidate, rec *run.Recovery, why string) error {
	s.Log.Warn("the runner died", "repository", c.w.Common, "run", c.Number, "words", why)
	failure := run.Failure{At: run.Now(), Why: why, Progress: s.progress(ctx, c, why)}
	rec.Failures = run.Stuck(append(rec.Failures, failure))
	rec.Started = time.Time{}
	rec.NotBefore = run.Now().Add(run.Backoff(len(rec.Failures)))
	return c.w.journal.PutRecovery(ctx, c.Number, *rec)
}

// giveUp ends a run whose runner keeps dying.
func (s *Supervisor) giveUp(ctx context.Context, c candidate, why string) error {
	if err := s.Clean(ctx, c.w.Repository, c.Run); err != nil {
		s.Log.Warn("clean up", "repository", c.w.Common, "run", c.Number, "error", err)
	}
	dir := s.State.RunDir(c.w.Repository, c.Number)
	reason := fmt.Sprintf("mlhook's own runner gave up: %s; all its words are in %s, and `mlhook run %.10s` tries again",
		why, WordsFile(dir), c.Commit)
	if err := store.Promise(dir, store.Message{Title: filepath.Base(c.w.Top) + ": failed", Body: reason}); err != nil {
		return err
	}
	if err := s.finish(ctx, c.w, c.Run, run.Failed, run.CauseMlhook, reason); err != nil {
		return err
	}
	_, err := s.keepPromise(ctx, c.w, dir)
	return err
}

// keepPromise tells the user how a run ended, where that was not told yet. A mail
// that no server takes is looked at again when its next try is due; kept tells
// that none is.
func (s *Supervisor) keepPromise(ctx context.Context, w *watched, runDir string) (kept bool, err error) {
	m, ok := store.Promised(runDir)
	if !ok {
		return true, store.Kept(runDir)
	}
	if m.Wait() <= 0 {
		tell := func(m store.Message) bool { return s.Tell(ctx, w.Repository, m) }
		if err := store.Deliver(runDir, m, tell); err != nil {
			return false, err
		}
		m, ok = store.Promised(runDir)
	}
	if ok {
		w.pruned = false
		s.lookAgain(m.Wait())
	}
	return !ok, nil
}

// backingOff says until when a run waits after failures. A clock that was set
// back must not make it wait for days.
func (s *Supervisor) backingOff(rec run.Recovery) string {
	wait := time.Until(rec.NotBefore)
	if wait <= 0 || wait > run.MaxBackoff {
		return ""
	}
	s.lookAgain(wait)
	n := len(rec.Failures)
	text := fmt.Sprintf("its runner died %d times without progress between and starts again at %s", n, rec.NotBefore.Local().Format("15:04:05"))
	if why := rec.Failures[n-1].Why; why != "" {
		text += "; it said: " + why
	}
	return text
}

// progress says how far a run is. A runner that died with words failed at its
// own step. One that was killed is asked for what the agent, which lives on,
// has brought about: the newest valid checkpoint of every trial under way.
func (s *Supervisor) progress(ctx context.Context, c candidate, why string) string {
	step := fmt.Sprintf("%s %d", c.Stage, c.TrialsDone)
	if why != "" {
		return step
	}
	trials, err := c.w.journal.Trials(ctx, c.Number)
	if err != nil {
		return step
	}
	for _, t := range trials {
		if t.State != run.Training {
			continue
		}
		if name := newest(filepath.Join(s.State.RunDir(c.w.Repository, c.Number), "trials", agent.CheckpointDir(t.N))); name != "" {
			step += fmt.Sprintf(" %d:%s", t.N, name)
		}
	}
	return step
}

// newest names the newest valid checkpoint in a directory, and leaves bad ones
// to the runner.
func newest(dir string) string {
	names, err := agent.Checkpoints(dir)
	if err != nil {
		return ""
	}
	for _, name := range names {
		if _, err := agent.Verify(dir, name); err == nil {
			return name
		}
	}
	return ""
}

// maxWords is how much of a runner's last words is looked at, in bytes.
const maxWords = 64 << 10

// words returns what a runner said last, in one line: the first line of a
// panic, else the last line.
func words(name string, from int64) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	if info.Size() < from {
		from = 0 // the file began anew
	}
	text, err := io.ReadAll(io.LimitReader(io.NewSectionReader(f, from, info.Size()-from), maxWords))
	if err != nil {
		return ""
	}
	last := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if line != "" {
			last = line
		}
	}
	return strings.TrimPrefix(last, "mlhook: ")
}

// diskFull recognises what git, SQLite and the system say when no byte is left.
func diskFull(text string) bool {
	for _, sign := range []string{"no space left", "disk is full", "disk quota exceeded"} {
		if strings.Contains(strings.ToLower(text), sign) {
			return true
		}
	}
	return false
}
