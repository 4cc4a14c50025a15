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

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/loop"
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

// tell notifies the user; how it was told is in notifications.log.
func tell(ctx context.Context, r store.Repository, title, body string) {
	s, err := hostSettings(ctx, r)
	if err != nil {
		s = config.Defaults()
	}
	if _, err := projectOf(r).notifier(s, nil)(ctx, title, body); err != nil {
		slog.Warn("notify", "error", err)
	}
}

// hookCommand is what the hook calls when no supervisor lives.
func hookCommand() *cli.Command {
	return &cli.Command{
		Name: "hook", Hidden: true,
		Action: func(c *cli.Context) error { // a commit never fails because of mlhook
			if p, err := openProject(c); err == nil {
				p.revive(c.Context, c.App.ErrWriter)
				p.close()
			}
			startSupervisor(store.UserState())
			return nil
		},
	}
}

// ensureSupervisor starts a supervisor when none holds the lock.
func ensureSupervisor(state store.State) error {
	if supervise.Held(supervise.Lock(state)) {
		return nil
	}
	return startSupervisor(state)
}

// startSupervisor starts a supervisor, by the service where there is one. Of
// several the lock lets one live. The hook, which has seen none alive, does not
// ask whether it is free: one that was killed this instant still holds it.
func startSupervisor(state store.State) error {
	if err := os.MkdirAll(string(state), 0o700); err != nil {
		return err
	}
	if s, err := service(); err == nil && s.Installed() && s.Start() == nil {
		return nil
	}
	_, err := spawn(supervisorLog(state), "supervise")
	return err
}

// keepSupervised starts the supervisor again when it was killed; one that ended
// by itself took its announcement back and stays away. It ends with the context.
func keepSupervised(ctx context.Context, state store.State) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
		if _, err := os.Stat(supervise.AliveFile(state)); err == nil {
			ensureSupervisor(state) // tried again in a moment
		}
	}
}

// spawnRunner starts the runner of a run, in the working tree that its commit was
// made in.
func spawnRunner(ctx context.Context, r store.Repository, v run.Run) (<-chan struct{}, error) {
	top, err := git.Tree(ctx, r.Common, v.Top, r.Top)
	if err != nil {
		return nil, err
	}
	dir := store.UserState().RunDir(r, v.Number)
	return spawn(supervise.WordsFile(dir), "runner", "--repo", top, strconv.Itoa(v.Number))
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

// rotating is a log file that begins anew when it is long; the one before stays.
type rotating struct {
	path string
	file *os.File
}

func (r *rotating) Write(text []byte) (int, error) {
	if r.file != nil {
		if info, err := r.file.Stat(); err != nil || info.Size() > maxLog {
			r.close()
		}
	}
	if r.file == nil {
		var err error
		if r.file, err = openLog(r.path); err != nil {
			return 0, err
		}
	}
	return r.file.Write(text)
}

func (r *rotating) close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// runnerLog holds what a runner says to people; watch shows it.
const runnerLog = "runner.log"

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
			free, err := supervise.AcquireRunner(c.Context, lock)
			if err != nil || !free {
				return err // another runner has it
			}
			defer lock.Unlock()
			return runAlone(c.Context, p, number, dir)
		},
	}
}

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
