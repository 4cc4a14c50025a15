// Package supervise keeps runs going: it takes orders out of the queues that
// the hooks write into, starts a runner process for every run that may train,
// and starts it again when it died.
//
// There is one supervisor for a user, held by a flock for life. It may be
// killed at any instant: runners live on without it, and the next supervisor
// finds them by their own locks. What it must remember lies in the journals:
// deaths, back-off, stops. So every sweep begins from what is, not from what
// this process has seen.
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

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// ErrRunning says that another supervisor holds the lock.
var ErrRunning = errors.New("a supervisor is running already")

// ErrReplaced says that the program was upgraded: the new one should take over.
var ErrReplaced = errors.New("the program was replaced by another version")

// A Supervisor watches all registered repositories of a user. All fields but
// Replaced are needed.
type Supervisor struct {
	State store.State
	// Spawn starts the runner of a run, detached from this process, and returns
	// a channel that is closed when the process has ended.
	Spawn func(ctx context.Context, r store.Repository, v run.Run) (ended <-chan struct{}, err error)
	// Clean removes what the runners of a run left: containers, processes.
	Clean func(ctx context.Context, r store.Repository, v run.Run) error
	// Settings returns the repository's settings from git config.
	Settings func(ctx context.Context, r store.Repository) (config.Settings, error)
	// Rewritten tells whether commit newer has taken the place of older, as
	// after an amend, instead of following it.
	Rewritten func(ctx context.Context, r store.Repository, older, newer string) bool
	// Branch names the one branch that a commit is the tip of; empty for none.
	Branch func(ctx context.Context, r store.Repository, commit string) string
	// Target is what a run of the commit has to reach, by the settings of now.
	Target func(ctx context.Context, r store.Repository, commit string) float64
	// Tidy removes what no run has needed for long; it is called when nothing is left to do.
	Tidy func(ctx context.Context)
	// Tell notifies the user; again tells that it has to be tried again.
	Tell func(ctx context.Context, r store.Repository, m store.Message) (again bool)
	Log  *slog.Logger
	// Poll is how often everything is looked at when nothing is at work and no
	// file event came.
	Poll time.Duration
	// Replaced, when set, tells that the program on disk is another one now.
	Replaced func() bool

	repos   map[string]*watched
	watcher *fsnotify.Watcher
	wake    chan struct{}
	started map[string]<-chan struct{} // runners of this process, by run id
	told    map[string]bool            // waits that the user was told about
	next    time.Duration              // until the next sweep
	worked  bool                       // since memory was given back
}

// Run supervises until the context ends, no repository is registered or the
// program was replaced.
func (s *Supervisor) Run(ctx context.Context) error {
	if err := os.MkdirAll(s.State.ReposDir(), 0o700); err != nil {
		return err
	}
	lock := Lock(s.State)
	held, err := Acquire(ctx, lock)
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
	s.begin()
	defer s.farewell(context.WithoutCancel(ctx))
	s.watch()
	for said := ""; ; {
		unread := s.sweep(ctx)
		if unread == nil && len(s.repos) == 0 {
			s.Log.Info("no repository is registered any more, ending")
			return nil
		}
		if unread != nil && unread.Error() != said {
			said = unread.Error() // once, for it may stay so
			s.Log.Error("list the repositories", "error", unread)
		}
		s.relax(ctx)
		if err := s.rest(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

func (s *Supervisor) begin() {
	s.repos, s.started, s.told = map[string]*watched{}, map[string]<-chan struct{}{}, map[string]bool{}
	s.wake = make(chan struct{}, 1)
}

// relax tidies up and gives memory back after work, when nothing is left to do.
func (s *Supervisor) relax(ctx context.Context) {
	busy := len(s.started) > 0
	for _, w := range s.repos {
		busy = busy || w.journal != nil
	}
	if s.worked && !busy {
		s.Tidy(ctx)
		release()
	}
	s.worked = busy
}

// suspension is the gap in wall time from which the machine was asleep.
const suspension = time.Minute

// rest waits for an event or the next sweep.
func (s *Supervisor) rest(ctx context.Context) error {
	begun := time.Now()
	timer := time.NewTimer(s.next)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-s.wake:
		time.Sleep(5 * time.Millisecond) // a rename comes as several events
	case <-timer.C:
	}
	// The monotonic clock stands still while a laptop sleeps.
	if gap := time.Now().Round(0).Sub(begun.Round(0)) - time.Since(begun); gap > suspension {
		s.Log.Info("the machine was suspended", "for", gap.Round(time.Second))
	}
	if s.Replaced != nil && s.Replaced() {
		return ErrReplaced
	}
	return nil
}

// poke asks for a sweep.
func (s *Supervisor) poke() {
	select {
	case s.wake <- struct{}{}:
	default: // one is pending already
	}
}

// announce tells the hooks that a supervisor lives.
func (s *Supervisor) announce() error {
	return store.WriteFile(AliveFile(s.State), []byte(identity()+"\n"))
}

// AliveFile holds the living supervisor's identity. It stays behind when the
// supervisor was killed, and goes when it ended by itself.
func AliveFile(state store.State) string { return filepath.Join(string(state), "supervisor.alive") }

// farewell takes the announcement back and then empties the queues a last time:
// a hook that still saw it has written its order before.
func (s *Supervisor) farewell(ctx context.Context) {
	os.Remove(AliveFile(s.State))
	for _, w := range s.repos {
		if hasOrders(w.Dir()) {
			if _, err := s.visit(ctx, w); err != nil {
				s.Log.Error("empty the queue", "repository", w.Common, "error", err)
			}
		}
		w.close()
	}
	if s.watcher != nil {
		s.watcher.Close()
	}
}

// watch starts fsnotify; without it polling has to do.
func (s *Supervisor) watch() {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		s.Log.Warn("no file events, polling instead", "error", err)
		s.Poll = min(s.Poll, blindPoll)
		return
	}
	s.watcher = watcher
	s.add(s.State.ReposDir())
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
			s.poke()
		}
	}()
}

// blindPoll is the most that an order may wait where there are no file events.
const blindPoll = 5 * time.Second

func (s *Supervisor) add(dir string) {
	if s.watcher == nil {
		return
	}
	if err := s.watcher.Add(dir); err != nil && s.Poll > blindPoll { // said once
		s.Log.Warn("cannot watch, polling instead", "directory", dir, "error", err)
		s.Poll = blindPoll
	}
}
