// Package supervise keeps runs going: it takes orders out of the queues that
// the hooks write into, starts a runner process for one run at a time, and
// starts it again when it died.
//
// There is one supervisor for a user, held by a flock for life. It may be
// killed at any instant: runners live on without it, and the next supervisor
// finds them by their own locks.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/gofrs/flock"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// ErrRunning says that another supervisor holds the lock.
var ErrRunning = errors.New("a supervisor is running already")

// A Supervisor watches all registered repositories of a user.
type Supervisor struct {
	State store.State
	// Spawn starts the runner of a run, detached from this process, and returns
	// a channel that is closed when the process has ended.
	Spawn func(r store.Repository, number int) (ended <-chan struct{}, err error)
	Log   *slog.Logger
	// Poll is how often everything is looked at when no file event came: the
	// only way on file systems without events.
	Poll time.Duration

	repos    map[string]*watched
	watcher  *fsnotify.Watcher
	failures map[string]int       // deaths of a run's runner, by run id
	notFor   map[string]time.Time // no new runner before, by run id
}

// watched is a repository with its open journal.
type watched struct {
	store.Repository
	journal *store.Journal
	pending bool // the journal holds runs that are not done
}

// maxFailures is how often a runner may die before its run is given up.
const maxFailures = 6

// Run supervises until the context ends or no repository is registered.
func (s *Supervisor) Run(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(string(s.State), "repos"), 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(string(s.State), "supervisor.lock"))
	held, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock the supervisor: %w", err)
	}
	if !held {
		return ErrRunning
	}
	defer lock.Unlock()
	if err := s.announce(); err != nil {
		return err
	}
	defer s.farewell(context.WithoutCancel(ctx))
	s.repos, s.failures, s.notFor = map[string]*watched{}, map[string]int{}, map[string]time.Time{}
	wake := s.watch()
	tick := time.NewTicker(s.Poll)
	defer tick.Stop()
	ended := make(<-chan struct{}) // of the runner that this process started
	for all := true; ; {
		started, err := s.sweep(ctx, all)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("sweep", "error", err)
		}
		if started != nil {
			ended = started
		}
		if len(s.repos) == 0 {
			s.Log.Info("no repository is registered any more, ending")
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			ended, all = make(<-chan struct{}), true
		case <-wake:
			time.Sleep(5 * time.Millisecond) // a rename comes as several events
			all = true
		case <-tick.C:
			all = false
		}
	}
}

// announce tells the hooks that a supervisor lives.
func (s *Supervisor) announce() error {
	return store.WriteFile(s.aliveFile(), []byte(identity()+"\n"))
}

func (s *Supervisor) aliveFile() string { return filepath.Join(string(s.State), "supervisor.alive") }

// farewell takes the announcement back and then empties the queues a last time:
// a hook that still saw it has written its order before.
func (s *Supervisor) farewell(ctx context.Context) {
	os.Remove(s.aliveFile())
	for _, w := range s.repos {
		if err := s.takeOrders(ctx, w); err != nil {
			s.Log.Error("empty the queue", "repository", w.Common, "error", err)
		}
		w.journal.Close()
	}
	if s.watcher != nil {
		s.watcher.Close()
	}
}

// watch starts fsnotify; without it polling has to do.
func (s *Supervisor) watch() <-chan struct{} {
	wake := make(chan struct{}, 1)
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		s.Log.Warn("no file events, polling instead", "error", err)
		return wake
	}
	s.watcher = watcher
	s.add(filepath.Join(string(s.State), "repos"))
	go func() { // ends when farewell closes the watcher
		for {
			select {
			case _, ok := <-watcher.Events:
				if !ok {
					return
				}
			case err, ok := <-watcher.Errors:
				if !ok {
					return
				}
				s.Log.Warn("file events", "error", err)
			}
			select {
			case wake <- struct{}{}:
			default: // a wake-up is pending already
			}
		}
	}()
	return wake
}

func (s *Supervisor) add(dir string) {
	if s.watcher == nil {
		return
	}
	if err := s.watcher.Add(dir); err != nil {
		s.Log.Warn("cannot watch, polling instead", "directory", dir, "error", err)
	}
}

// sweep looks at every repository and starts a runner when none is at work.
// With all false, a repository without orders and pending runs is passed over.
func (s *Supervisor) sweep(ctx context.Context, all bool) (started <-chan struct{}, err error) {
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	var next *watched
	var chosen run.Run
	busy := false
	for _, w := range s.repos {
		if !all && !w.pending && !hasOrders(w.Dir()) {
			continue
		}
		if err := s.takeOrders(ctx, w); err != nil {
			s.Log.Error("take orders", "repository", w.Common, "error", err)
			continue
		}
		runs, err := w.journal.Pending(ctx)
		if err != nil {
			return nil, err
		}
		w.pending = len(runs) > 0
		for _, r := range runs {
			if s.working(w, r) {
				busy = true
			} else if s.ready(ctx, w, r) && (next == nil || before(r, chosen)) {
				next, chosen = w, r
			}
		}
	}
	if busy || next == nil {
		return nil, nil
	}
	return s.start(ctx, next, chosen)
}

// before orders runs: what was begun comes first, then the older one.
func before(a, b run.Run) bool {
	if (a.State == run.Queued) != (b.State == run.Queued) {
		return b.State == run.Queued
	}
	return a.Queued.Before(b.Queued)
}

func hasOrders(dir string) bool {
	entries, err := os.ReadDir(store.QueueDir(dir))
	return err == nil && len(entries) > 0
}

// refresh opens repositories that were registered and drops those that are gone.
func (s *Supervisor) refresh(ctx context.Context) error {
	repos, err := s.State.Repositories()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range repos {
		seen[r.ID] = true
		if s.repos[r.ID] != nil {
			continue
		}
		if err := store.MakeQueue(r.Dir()); err != nil {
			s.Log.Error("open repository", "repository", r.Common, "error", err)
			continue
		}
		journal, err := store.Open(ctx, r.Dir())
		if err != nil {
			s.Log.Error("open repository", "repository", r.Common, "error", err)
			continue
		}
		s.repos[r.ID] = &watched{Repository: r, journal: journal, pending: true}
		s.add(store.QueueDir(r.Dir()))
		s.Log.Info("watching", "repository", r.Common)
	}
	for id, w := range s.repos {
		if !seen[id] {
			w.journal.Close()
			delete(s.repos, id)
		}
	}
	return nil
}

// takeOrders moves the queue into the journal. An order's file goes only when
// the journal has it, so a death between the two repeats a step that is
// harmless.
func (s *Supervisor) takeOrders(ctx context.Context, w *watched) error {
	orders, bad, err := store.Orders(w.Dir())
	if err != nil {
		return err
	}
	for _, text := range bad {
		s.Log.Warn("set aside what is no order", "file", text)
	}
	for _, o := range orders {
		r, added, err := w.journal.Add(ctx, o.Order)
		if err != nil {
			return err
		}
		if err := os.Remove(o.Path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		s.Log.Info("order", "repository", w.Common, "run", r.Number, "commit", r.Commit, "new", added)
		if added {
			if err := s.supersede(ctx, w, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// supersede ends automatic runs of the same branch that are still queued.
func (s *Supervisor) supersede(ctx context.Context, w *watched, newer run.Run) error {
	runs, err := w.journal.Pending(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State != run.Queued || r.Trigger != run.ByCommit || r.Branch != newer.Branch || r.Number >= newer.Number {
			continue
		}
		_, err := w.journal.Change(ctx, r.Number, func(r *run.Run) {
			end(r, run.Superseded, "", fmt.Sprintf("commit %.10s came before training began", newer.Commit))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// end makes a run done outside the loop.
func end(r *run.Run, v run.Verdict, c run.Cause, reason string) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	r.State, r.Ended, r.Verdict, r.Cause, r.Reason = run.Done, &now, v, c, reason
}

// RunnerLock is the lock that a runner holds for life.
func RunnerLock(runDir string) *flock.Flock {
	return flock.New(filepath.Join(runDir, "runner.lock"))
}

// working tells whether a runner process, of whatever supervisor, has the run.
func (s *Supervisor) working(w *watched, r run.Run) bool {
	dir := s.State.RunDir(w.Repository, r.Number)
	if _, err := os.Stat(filepath.Join(dir, "runner.lock")); err != nil {
		return false
	}
	lock := RunnerLock(dir)
	free, err := lock.TryLock()
	if free {
		lock.Unlock()
	}
	return err == nil && !free
}

// ready tells whether a runner may be started now; it gives up runs whose
// runner keeps dying, and ends queued ones that the user stopped.
func (s *Supervisor) ready(ctx context.Context, w *watched, r run.Run) bool {
	if stop, err := w.journal.StopWanted(ctx, r.Number); err == nil && stop && r.State == run.Queued {
		s.finish(ctx, w, r, run.Stopped, "", "stopped with `mlhook stop` before training began")
		return false
	}
	if s.failures[r.ID] >= maxFailures {
		s.finish(ctx, w, r, run.Failed, run.CauseMlhook, fmt.Sprintf("the runner died %d times; its words are in %s",
			maxFailures, filepath.Join(s.State.RunDir(w.Repository, r.Number), "runner.err")))
		return false
	}
	return time.Now().After(s.notFor[r.ID])
}

func (s *Supervisor) finish(ctx context.Context, w *watched, r run.Run, v run.Verdict, c run.Cause, reason string) {
	if _, err := w.journal.Change(ctx, r.Number, func(r *run.Run) { end(r, v, c, reason) }); err != nil {
		s.Log.Error("end the run", "run", r.Number, "error", err)
	}
}

// start starts the runner of a run. Each start counts as a failure until the
// run is done; the back-off grows with it.
func (s *Supervisor) start(ctx context.Context, w *watched, r run.Run) (<-chan struct{}, error) {
	dir := s.State.RunDir(w.Repository, r.Number)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if n := s.failures[r.ID]; n > 0 {
		s.Log.Warn("starting the runner again", "repository", w.Common, "run", r.Number, "time", n+1)
	}
	s.notFor[r.ID] = time.Now().Add(time.Second << s.failures[r.ID] >> 1)
	s.failures[r.ID]++
	ended, err := s.Spawn(w.Repository, r.Number)
	if err != nil {
		return nil, fmt.Errorf("start the runner of run %d: %w", r.Number, err)
	}
	return ended, nil
}
