package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/shirou/gopsutil/v4/mem"
	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/loop"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// runnerCommand is one run's process.
func runnerCommand() *cli.Command {
	return &cli.Command{
		Name: "runner", Hidden: true, ArgsUsage: "RUN",
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			number, err := p.number(c.Context, c.Args().First())
			if err != nil {
				return err
			}
			dir := p.state.RunDir(p.repo, number)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			lock := supervise.RunnerLock(dir)
			free, err := supervise.Acquire(c.Context, lock)
			if err != nil || !free {
				return err // another runner has it
			}
			defer lock.Unlock()
			return runAlone(c.Context, p, number, dir)
		},
	}
}

// runnerLog holds what a runner says to people; watch shows it.
const runnerLog = "runner.log"

// runAlone takes a run on in its directory, whose lock this process has, as long
// as its repository is there.
func runAlone(ctx context.Context, p *project, number int, dir string) error {
	r, err := p.journal.Run(ctx, number)
	if err != nil {
		return err
	}
	if err := claim(ctx, p.repo, r, dir); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(dir, runnerLog), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	here, err := siteOf(p.repo, dir)
	if err != nil {
		return err
	}
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	go keepSupervised(work, p.state)
	go here.keep(work, cancel)
	err = runLoop(work, p, number, out)
	switch lost := here.lost(); {
	case lost == errDirectoryGone && supervise.Held(supervise.RunnerLock(dir)): // by the runner that has the place now
		return lost
	case lost != nil:
		return errors.Join(lost, endAll(ctx, p.repo, r.ID))
	}
	if err != nil && ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New(supervise.Interrupted)}
	}
	return err
}

// runLoop takes a run to its verdict in this process, with the engine that is set
// at the time.
func runLoop(ctx context.Context, p *project, number int, out io.Writer) error {
	for {
		l, err := newLoop(ctx, p, number, out)
		if err != nil {
			return endBroken(ctx, p, number, err)
		}
		if err := l.Run(ctx); !errors.Is(err, loop.ErrMoved) {
			return err
		}
	}
}

// newLoop wires a run's loop to repository, engine, journal and notifications.
func newLoop(ctx context.Context, p *project, number int, out io.Writer) (*loop.Loop, error) {
	r, err := p.journal.Run(ctx, number)
	if err != nil {
		return nil, err
	}
	settings, err := p.settings(ctx, r.Commit)
	if err != nil {
		return nil, err
	}
	env, err := p.journal.Env(ctx, number)
	if err != nil {
		return nil, err
	}
	for key, value := range env {
		p.git.Session = append(p.git.Session, key+"="+value)
	}
	uid, gid := owner(p.git.Top)
	name := p.engineName(settings)
	if name == "" {
		return nil, errors.New("mlhook was uninstalled meanwhile, and mlhook.engine names no engine; `mlhook run` trains the commit again")
	}
	return &loop.Loop{
		Number: number, Dir: p.state.RunDir(p.repo, number), Top: p.git.Top, Common: p.git.Common,
		Journal: p.journal, Repo: p.git, Engine: p.engines(settings, env)[name], Settings: settings, UID: uid, GID: gid,
		Inspect: func(dir string) (*inspect.Program, error) { return p.inspect(ctx, r.Commit, os.DirFS(dir), settings) },
		Notify:  p.notifier(settings, env),
		Clean:   func(ctx context.Context, r run.Run) error { return cleanRun(ctx, p.repo, r) },
		Moved: func(ctx context.Context) bool {
			s, err := p.machine(ctx)
			return err == nil && p.engineName(s) != name
		},
		Hold:   func() string { return supervise.Hold(p.state, settings) },
		CPUs:   float64(min(runtime.NumCPU(), max(1, (runtime.NumCPU()-1)/settings.Slots, settings.Parallel))), // one is left to the desktop
		Memory: memory() / int64(settings.Slots),
		Out:    out,
	}, nil
}

// memory is how many bytes the machine has; 0 where it does not tell.
func memory() int64 {
	found, err := mem.VirtualMemory()
	if err != nil {
		return 0
	}
	return int64(found.Total)
}

// endBroken ends a run that cannot begin, say because of a broken mlhook.toml, or
// that cannot go on under another runner, which ends what it had.
func endBroken(ctx context.Context, p *project, number int, cause error) error {
	r, err := p.journal.Run(ctx, number)
	if err != nil {
		return err
	}
	reason := cause.Error()
	if err := cleanRun(ctx, p.repo, r); err != nil {
		reason += fmt.Sprintf("; what the run left may be there still: %v", err)
	}
	dir := p.state.RunDir(p.repo, number)
	told := store.Message{Title: filepath.Base(p.git.Top) + ": failed", Body: reason}
	if err := store.Promise(dir, told); err != nil {
		return err
	}
	ended := false
	_, err = p.journal.Change(ctx, number, func(r *run.Run) {
		if ended = r.State == run.Done; ended { // say superseded, this instant
			return
		}
		r.End(run.Failed, run.CauseSetup, reason)
		r.Started = r.Ended
		r.EndPush()
	})
	if err != nil {
		return err
	}
	if ended {
		return store.Kept(dir)
	}
	return store.Deliver(dir, told, func(m store.Message) bool { return tell(ctx, p.repo, m) })
}
