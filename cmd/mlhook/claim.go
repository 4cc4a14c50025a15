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

// errRepositoryGone is why a runner ends whose repository was removed, or made anew.
var errRepositoryGone = errors.New("the repository was removed, or another was made in its place")

// keepRepository cancels the work when the repository's journal is not the one
// that it began with. It ends with the context.
func keepRepository(ctx context.Context, r store.Repository, cancel context.CancelCauseFunc) {
	first, err := os.Stat(store.JournalFile(r.Dir()))
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
		now, gone := os.Stat(store.JournalFile(r.Dir()))
		if errors.Is(gone, fs.ErrNotExist) || gone == nil && !os.SameFile(first, now) {
			cancel(errRepositoryGone)
			return
		}
	}
}
