package supervise

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/mlhook/mlhook/pkg/boot"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A candidate is a run that is not done.
type candidate struct {
	w *watched
	run.Run
}

// Pace of the sweeps.
const (
	busyPoll = time.Second      // a runner of another supervisor is at work, whose end comes without an event
	heldPoll = 10 * time.Second // a run waits for the disk or the mains
)

// sweep looks at every repository, and starts the runners that may start. Its
// error is of the list of repositories.
func (s *Supervisor) sweep(ctx context.Context) error {
	s.next = s.Poll
	unread := s.refresh()
	var working, waiting []candidate
	for _, w := range s.repos {
		if !w.pending && w.pruned && !hasOrders(w.Dir()) {
			continue
		}
		runs, err := s.visit(ctx, w)
		if err != nil {
			s.trouble(ctx, w, err)
			continue
		}
		for _, r := range runs {
			if s.working(w, r) {
				working = append(working, candidate{w, r})
				if !s.own(r) {
					s.lookAgain(busyPoll)
				}
			} else {
				waiting = append(waiting, candidate{w, r})
			}
		}
	}
	maps.DeleteFunc(s.started, func(id string, _ <-chan struct{}) bool {
		is := func(c candidate) bool { return c.ID == id }
		return !slices.ContainsFunc(working, is) && !slices.ContainsFunc(waiting, is)
	})
	slices.SortFunc(waiting, byTurn)
	for _, c := range waiting {
		started, err := s.consider(ctx, c, working)
		switch {
		case err != nil:
			s.trouble(ctx, c.w, err)
		case started:
			working = append(working, c)
		}
	}
	return unread
}

// trouble notes that a repository could not be looked after, for want of a
// journal that can be written, say. The others are, and it is looked at again.
func (s *Supervisor) trouble(ctx context.Context, w *watched, err error) {
	if ctx.Err() == nil {
		s.Log.Error("look after the repository", "repository", w.Common, "error", err)
		s.lookAgain(blindPoll) // nothing else would bring it back soon
	}
}

// lookAgain asks for a sweep within a time.
func (s *Supervisor) lookAgain(within time.Duration) { s.next = min(s.next, max(within, 0)) }

// byTurn orders runs: what was begun comes first, then the older one.
func byTurn(a, b candidate) int {
	if begunA, begunB := a.State != run.Queued, b.State != run.Queued; begunA != begunB {
		if begunA {
			return -1
		}
		return 1
	}
	return a.Queued.Compare(b.Queued)
}

// working tells whether a runner process, of whatever supervisor, has the run.
func (s *Supervisor) working(w *watched, r run.Run) bool {
	return s.own(r) || Held(RunnerLock(s.State.RunDir(w.Repository, r.Number)))
}

// own tells whether a runner that this process started is alive.
func (s *Supervisor) own(r run.Run) bool {
	ended := s.started[r.ID]
	if ended == nil {
		return false
	}
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

// consider starts the runner of a run, or writes down why it has to wait. One
// that is just being started counts as started.
func (s *Supervisor) consider(ctx context.Context, c candidate, working []candidate) (started bool, err error) {
	stop, reason, err := c.w.journal.StopWanted(ctx, c.Number)
	if err != nil {
		return false, err
	}
	if stop && c.State == run.Queued {
		if reason != "" {
			return false, s.finish(ctx, c.w, c.Run, run.Superseded, "", reason)
		}
		return false, s.finish(ctx, c.w, c.Run, run.Stopped, "", "stopped with `mlhook stop` before training began")
	}
	rec, err := c.w.journal.Recovery(ctx, c.Number)
	if err != nil {
		return false, err
	}
	if s.starting(c, rec) {
		return true, nil
	}
	if over, err := s.mend(ctx, c, &rec); err != nil || over {
		return false, err
	}
	why := s.backingOff(rec)
	if why == "" && !stop { // a runner that only has to clean up takes nobody's place
		why = s.crowded(ctx, c, working)
	}
	if why == "" && !stop {
		if why = Hold(s.State, s.policy(ctx, c.w)); why != "" {
			s.lookAgain(heldPoll)
			s.tellOnce(ctx, c, why)
		}
	}
	if why != "" {
		return false, s.explain(ctx, c, why)
	}
	return true, s.start(ctx, c, rec)
}

// crowded says which other run has to end first.
func (s *Supervisor) crowded(ctx context.Context, c candidate, working []candidate) string {
	for _, other := range working {
		if other.w == c.w {
			return fmt.Sprintf("it waits until run %d of this repository is done", other.Number)
		}
	}
	slots := s.policy(ctx, c.w).Slots
	if len(working) < slots {
		return ""
	}
	other := working[0]
	if slots == 1 {
		return fmt.Sprintf("it waits until run %d of %s is done; `git config --global mlhook.slots 2` lets two repositories train at once",
			other.Number, other.w.Top)
	}
	return fmt.Sprintf("it waits until one of %d other runs is done, as run %d of %s; mlhook.slots is %d", len(working), other.Number, other.w.Top, slots)
}

// explain writes down why a run waits, once for each reason. A run that was
// begun is waiting then, one that was not stays queued.
func (s *Supervisor) explain(ctx context.Context, c candidate, why string) error {
	state := c.State
	if state == run.Training {
		state = run.Waiting
	}
	if c.State == state && c.Reason == why {
		return nil
	}
	_, err := c.w.journal.Change(ctx, c.Number, func(r *run.Run) { r.State, r.Reason = state, why })
	return err
}

// tellOnce notifies the user of a wait that the user has to end.
func (s *Supervisor) tellOnce(ctx context.Context, c candidate, why string) {
	if key := c.ID + " " + why; !s.told[key] {
		s.told[key] = true
		s.Tell(ctx, c.w.Repository, store.Message{Title: filepath.Base(c.w.Top) + ": waiting", Body: fmt.Sprintf("run %d: %s", c.Number, why)})
	}
}

// start starts the runner of a run. The intent is journalled before, so that
// the next supervisor knows that a runner which is gone has died.
func (s *Supervisor) start(ctx context.Context, c candidate, rec run.Recovery) error {
	dir := s.State.RunDir(c.w.Repository, c.Number)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	rec.Started, rec.Boot, rec.Words = run.Now(), boot.ID(), size(WordsFile(dir))
	if err := c.w.journal.PutRecovery(ctx, c.Number, rec); err != nil {
		return err
	}
	s.Log.Info("starting the runner", "repository", c.w.Common, "run", c.Number, "failures", len(rec.Failures))
	ended, err := s.Spawn(ctx, c.w.Repository, c.Run)
	if err != nil {
		s.Log.Error("start the runner", "repository", c.w.Common, "run", c.Number, "error", err)
		return s.failed(ctx, c, &rec, err.Error())
	}
	s.started[c.ID] = ended
	go func() { // ends with the runner
		<-ended
		s.poke()
	}()
	return nil
}

// WordsFile is where a runner's standard error goes.
func WordsFile(runDir string) string { return filepath.Join(runDir, "runner.err") }

func size(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}
