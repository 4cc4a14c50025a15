package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

func superviseCommand() *cli.Command {
	return &cli.Command{
		Name: "supervise", Usage: "take runs out of the queues and keep them going (started by the hook)",
		Action: func(c *cli.Context) error {
			s := &supervise.Supervisor{
				State: store.UserState(), Spawn: spawnRunner, Poll: 5 * time.Second,
				Log: slog.New(slog.NewTextHandler(c.App.ErrWriter, nil)),
			}
			err := s.Run(c.Context)
			if errors.Is(err, supervise.ErrRunning) {
				return nil
			}
			return err
		},
	}
}

// hookCommand is what the hook calls when no supervisor lives.
func hookCommand() *cli.Command {
	return &cli.Command{
		Name: "hook", Hidden: true,
		Action: func(*cli.Context) error {
			ensureSupervisor(store.UserState()) // a commit never fails because of mlhook
			return nil
		},
	}
}

// ensureSupervisor starts a supervisor when none holds the lock. Two that start
// at once settle it by the lock.
func ensureSupervisor(state store.State) error {
	if err := os.MkdirAll(string(state), 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(string(state), "supervisor.lock"))
	free, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock the supervisor: %w", err)
	}
	if !free {
		return nil
	}
	lock.Unlock()
	_, err = spawn(filepath.Join(string(state), "log"), "supervise")
	return err
}

// spawnRunner starts the runner of a run.
func spawnRunner(r store.Repository, number int) (<-chan struct{}, error) {
	dir := store.UserState().RunDir(r, number)
	return spawn(filepath.Join(dir, "runner.err"), "runner", "--repo", r.Top, strconv.Itoa(number))
}

// spawn starts this program detached: a session of its own, no descriptor of
// the caller's, nothing on its terminal. The channel is closed at its end.
func spawn(log string, args ...string) (<-chan struct{}, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := openLog(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(binary, args...)
	cmd.Dir = string(filepath.Separator)
	cmd.Env = append(git.Environ(), "MLHOOK=0")
	cmd.Stdout, cmd.Stderr = out, out
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // what it ended with is in its journal and log
		close(ended)
	}()
	return ended, nil
}

// maxLog is the size beyond which a log begins anew.
const maxLog = 10 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		os.Rename(path, path+".1")
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// runnerLog holds what a runner says to people; watch shows it.
const runnerLog = "runner.log"

// runnerCommand is one run's process.
func runnerCommand() *cli.Command {
	return &cli.Command{
		Name: "runner", Hidden: true, ArgsUsage: "RUN",
		Action: func(c *cli.Context) error {
			p, number, err := openRun(c)
			if err != nil {
				return err
			}
			defer p.close()
			dir := p.state.RunDir(p.repo, number)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			lock := supervise.RunnerLock(dir)
			free, err := lock.TryLock()
			if err != nil || !free {
				return err // another runner has it
			}
			defer lock.Unlock()
			out, err := os.OpenFile(filepath.Join(dir, runnerLog), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer out.Close()
			return runLoop(c.Context, p, number, out)
		},
	}
}

// runLoop takes a run to its verdict in this process.
func runLoop(ctx context.Context, p *project, number int, out io.Writer) error {
	l, err := newLoop(ctx, p, number, out)
	if err != nil {
		return endBroken(ctx, p, number, err)
	}
	return l.Run(ctx)
}
