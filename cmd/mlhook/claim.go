package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// claim makes sure that the directory is the run's own. What this process has
// open there, its lock and its words, stays.
func claim(ctx context.Context, repo store.Repository, r run.Run, dir string) error {
	keep := []string{filepath.Base(supervise.RunnerLock(dir).Path()), filepath.Base(supervise.WordsFile(dir))}
	return store.Claim(dir, r, keep, func(id string) error { return endAll(ctx, repo, id) })
}

// endAll ends what any engine has of a run of another repository. One that is
// away has nothing that runs.
func endAll(ctx context.Context, r store.Repository, id string) error {
	for _, name := range []string{"docker", "local"} {
		var away *engine.Unavailable
		if err := cleanRun(ctx, r, run.Run{ID: id, Engine: name}); err != nil && !errors.As(err, &away) {
			return err
		}
	}
	return nil
}

// Why a runner ends that has lost its site.
var (
	errRepositoryGone = errors.New("the repository was removed, or another was made in its place")
	errDirectoryGone  = errors.New("the run's directory was removed, or another was made in its place")
)

// A site is the journal and the lock that a runner began with.
type site struct {
	journal, lock       string
	journalWas, lockWas os.FileInfo
}

func siteOf(r store.Repository, dir string) (s site, err error) {
	s.journal, s.lock = store.JournalFile(r.Dir()), supervise.RunnerLock(dir).Path()
	if s.journalWas, err = os.Stat(s.journal); err != nil {
		return s, err
	}
	s.lockWas, err = os.Stat(s.lock)
	return s, err
}

// lost says what of the site is not what it was.
func (s site) lost() error {
	switch {
	case replaced(s.journal, s.journalWas):
		return errRepositoryGone
	case replaced(s.lock, s.lockWas):
		return errDirectoryGone
	}
	return nil
}

// replaced tells whether a file is gone or another one.
func replaced(file string, was os.FileInfo) bool {
	now, err := os.Stat(file)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(was, now)
}

// keep cancels the work when the site is lost. It ends with the context.
func (s site) keep(ctx context.Context, cancel context.CancelFunc) {
	for s.lost() == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
	}
	cancel()
}
