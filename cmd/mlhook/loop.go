package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/shirou/gopsutil/v4/mem"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/loop"
	"github.com/mlhook/mlhook/pkg/notify"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

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
	if !ended {
		tell(ctx, p.repo, told.Title, told.Body)
	}
	return store.Kept(dir)
}

// notifier tells the user on the desktop and by mail, says how, and always writes
// down what was told.
func (p *project) notifier(s config.Settings, env map[string]string) func(context.Context, string, string) (string, error) {
	all := notify.All{notify.Desktop{Env: env}}
	if s.Mail.To != "" {
		all = append(all, notify.Mail{To: s.Mail.To, From: s.Mail.From, Host: s.Mail.Host, Port: s.Mail.Port,
			User: s.Mail.User, PasswordCommand: s.Mail.PasswordCommand, TLS: s.Mail.TLS})
	}
	return func(ctx context.Context, title, body string) (string, error) {
		if f, err := openLog(filepath.Join(string(p.state), "notifications.log")); err == nil {
			fmt.Fprintf(f, "%s %s\n\t%s\n", time.Now().Format(time.RFC3339), title, body)
			f.Close()
		}
		return all.Notify(ctx, notify.Message{Title: title, Body: body})
	}
}
