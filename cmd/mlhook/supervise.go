package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/notify"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

func superviseCommand() *cli.Command {
	return &cli.Command{
		Name: "supervise", Usage: "take runs out of the queues and keep them going (started by the hook)",
		Action: func(c *cli.Context) error {
			state := store.UserState()
			log := &rotating{path: supervisorLog(state)}
			defer log.close()
			s := &supervise.Supervisor{
				State: state, Spawn: spawnRunner, Poll: 30 * time.Second, Log: slog.New(slog.NewTextHandler(log, nil)),
				Clean: cleanRun, Settings: hostSettings, Rewritten: rewritten, Branch: branchOf, Target: targetOf, Tell: tell,
				Replaced: watchBinary(),
			}
			s.Tidy = func(ctx context.Context) { tidy(ctx, state, s.Log) }
			err := s.Run(c.Context)
			switch {
			case errors.Is(err, supervise.ErrRunning):
				return nil
			case errors.Is(err, supervise.ErrReplaced):
				s.Log.Info("the program was upgraded, its new version takes over")
				return become(os.Args)
			}
			return err
		},
	}
}

func supervisorLog(state store.State) string { return filepath.Join(string(state), "log") }

// watchBinary returns a function that tells whether this program's file is
// another one than at the start.
func watchBinary() func() bool {
	binary, err := os.Executable()
	if err != nil {
		return nil
	}
	first, err := os.Stat(binary)
	if err != nil {
		return nil
	}
	return func() bool {
		now, err := os.Stat(binary)
		if err != nil || time.Since(now.ModTime()) < time.Second {
			return false // being replaced this instant
		}
		return !os.SameFile(first, now) || now.Size() != first.Size() || !now.ModTime().Equal(first.ModTime())
	}
}

// projectOf is the project of a registered repository, without its journal. Its
// git commands run in the repository's own directory when the tree is gone.
func projectOf(r store.Repository) *project {
	top := r.Top
	if _, err := os.Stat(filepath.Join(top, ".git")); err != nil {
		top = r.Common
	}
	return &project{git: &git.Repo{Top: top, Dir: r.Common, Common: r.Common}, state: store.UserState(), repo: r, known: true}
}

// hostSettings reads what the supervisor has to know; no commit has a say in it.
func hostSettings(ctx context.Context, r store.Repository) (config.Settings, error) {
	return projectOf(r).machine(ctx)
}

func rewritten(ctx context.Context, r store.Repository, older, newer string) bool {
	follows, err := projectOf(r).git.Descends(ctx, older, newer)
	return err == nil && !follows
}

func branchOf(ctx context.Context, r store.Repository, commit string) string {
	branch, err := projectOf(r).git.BranchAt(ctx, commit)
	if err != nil {
		return "" // nothing is pushed then
	}
	return branch
}

// targetOf is the target of a commit's settings; broken ones end its run when it begins.
func targetOf(ctx context.Context, r store.Repository, commit string) float64 {
	s, err := projectOf(r).settings(ctx, commit)
	if err != nil {
		return config.Defaults().Target
	}
	return s.Target
}

func cleanRun(ctx context.Context, r store.Repository, v run.Run) error {
	s, err := hostSettings(ctx, r)
	if err != nil {
		s = config.Defaults()
	}
	if e := projectOf(r).engines(s, nil)[v.Engine]; e != nil {
		return e.Clean(ctx, v.ID)
	}
	return nil // no engine had the run yet
}

// tell notifies the user, and says whether to try again; what was told is in notifications.log.
func tell(ctx context.Context, r store.Repository, m store.Message) (again bool) {
	s, err := hostSettings(ctx, r)
	if err != nil {
		s = config.Defaults()
	}
	_, err = projectOf(r).notifier(s, nil)(ctx, m)
	if err != nil {
		slog.Warn("notify", "error", err)
	}
	return errors.Is(err, notify.ErrMail)
}
