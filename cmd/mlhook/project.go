package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/hooks"
	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// A project is the repository that a command works on.
type project struct {
	git     *git.Repo
	state   store.State
	repo    store.Repository
	known   bool // the repository is registered
	journal *store.Journal
}

// openProject opens the repository of --repo with its journal.
func openProject(c *cli.Context) (*project, error) {
	g, err := git.Open(c.Context, c.String("repo"))
	if err != nil {
		return nil, err
	}
	p := &project{git: g, state: store.UserState()}
	if p.repo, p.known, err = p.state.Repository(g.Common); err != nil {
		return nil, err
	}
	if !p.known {
		p.repo.Top = g.Top
	}
	if err := store.MakeQueue(p.repo.Dir()); err != nil {
		return nil, err
	}
	p.journal, err = store.Open(c.Context, p.repo.Dir())
	return p, err
}

func (p *project) close() { p.journal.Close() }

// openRun opens the project and the run that the argument names, the newest
// without one.
func openRun(c *cli.Context) (*project, int, error) {
	p, err := openProject(c)
	if err != nil {
		return nil, 0, err
	}
	number, err := p.number(c.Context, c.Args().First())
	if err == nil {
		err = p.revive(c.Context, c.App.ErrWriter)
	}
	if err != nil {
		p.close()
		return nil, 0, err
	}
	return p, number, nil
}

// number reads a run's number.
func (p *project) number(ctx context.Context, arg string) (int, error) {
	if arg == "" {
		if err := p.settle(ctx); err != nil {
			return 0, err
		}
		runs, err := p.journal.Runs(ctx, 1)
		if err != nil {
			return 0, err
		}
		if len(runs) == 0 {
			return 0, noRun()
		}
		return runs[0].Number, nil
	}
	n, err := strconv.Atoi(arg)
	if err != nil {
		return 0, usage("%q is no run; runs have numbers, `mlhook runs` lists them", arg)
	}
	_, err = p.journal.Run(ctx, n)
	return n, err
}

// settle gives the supervisor a moment to take a commit of just now out of the
// queue, so that "the newest run" is the one that the user means. One that ended
// before it came to that has a successor.
func (p *project) settle(ctx context.Context) error {
	if p.known && store.Ordered(p.repo.Dir()) && !p.supervised() {
		if err := p.wake(); err != nil {
			return err
		}
	}
	for range 25 {
		if !store.Ordered(p.repo.Dir()) {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// target returns the commit to train and the branch it is on.
func (p *project) target(ctx context.Context, rev string) (sha, branch string, err error) {
	head, branch, err := p.git.Head(ctx)
	if rev == "" || err != nil {
		return head, branch, err
	}
	if sha, err = p.git.Resolve(ctx, rev); err != nil {
		return "", "", usage("%v", err)
	}
	if sha != head {
		branch = "" // an older commit is trained, not pushed
	}
	return sha, branch, nil
}

// settings gathers the settings in force for a commit.
func (p *project) settings(ctx context.Context, commit string) (config.Settings, error) {
	values, err := p.git.Config(ctx, "mlhook.")
	if err != nil {
		return config.Settings{}, err
	}
	texts, err := p.git.ReadFiles(ctx, commit, "mlhook.toml", "pyproject.toml")
	if err != nil {
		return config.Settings{}, err
	}
	s, err := config.Load(config.Sources{Git: values, TOML: texts["mlhook.toml"], Pyproject: texts["pyproject.toml"]})
	if err != nil || s.Python == "" {
		return s, err
	}
	if _, err := exec.LookPath(s.Python); err != nil {
		return s, fmt.Errorf("git config mlhook.python is %s, which cannot be run (%w); name another interpreter with `git config mlhook.python FILE`, or `git config --unset mlhook.python`", s.Python, err)
	}
	return s, nil
}

// misset says what is wrong with the settings that a run of HEAD would have.
func (p *project) misset(ctx context.Context) error {
	head, _, err := p.git.Head(ctx)
	if err != nil {
		_, err = p.machine(ctx) // there is no commit yet
		return err
	}
	_, err = p.settings(ctx, head)
	return err
}

// machine gathers the settings where no commit is looked at.
func (p *project) machine(ctx context.Context) (config.Settings, error) {
	values, err := p.git.Config(ctx, "mlhook.")
	if err != nil {
		return config.Settings{}, err
	}
	return config.OfMachine(values)
}

// engines returns both engines, ready to be asked. The environment is that of the
// session which ordered the run, not this process's: a supervisor serves many.
func (p *project) engines(s config.Settings, env map[string]string) map[string]engine.Engine {
	cache := cacheDir(p.state)
	var pythons []string
	if s.Python != "" {
		pythons = append(pythons, s.Python)
	}
	pythons = append(pythons, filepath.Join(p.git.Top, ".venv", "bin", "python"), filepath.Join(p.git.Top, "venv", "bin", "python"))
	if venv := env["VIRTUAL_ENV"]; venv != "" {
		pythons = append(pythons, filepath.Join(venv, "bin", "python"))
	}
	return map[string]engine.Engine{
		"docker": &engine.Docker{Cache: cache},
		"local":  &engine.Local{Cache: cache, Pythons: pythons},
	}
}

// engineName is the engine in force: the one that is set, else what "auto" was
// settled to; empty while that is open.
func (p *project) engineName(s config.Settings) string {
	if s.Engine != "auto" {
		return s.Engine
	}
	return p.repo.Engine
}

// register makes the supervisor know the repository and settles which engine
// "auto" means, once.
func (p *project) register(ctx context.Context, hooked bool) error {
	s, err := p.machine(ctx)
	if err != nil {
		return err
	}
	r := p.repo
	r.Top, r.Hooked = p.git.Top, r.Hooked || hooked
	switch {
	case s.Engine != "auto":
		r.Engine = s.Engine
	case r.Engine == "" || hooked:
		r.Engine = "docker"
		if p.engines(s, nil)["docker"].Check(ctx) != nil {
			r.Engine = "local"
		}
	}
	if err := p.state.Register(r); err != nil {
		return err
	}
	p.repo, p.known = r, true
	return nil
}

// wake makes the supervisor look at the repository, and starts it when none runs.
func (p *project) wake() error {
	if err := store.Wake(p.repo.Dir()); err != nil {
		return err
	}
	return ensureSupervisor(p.state)
}

// supervised tells whether a supervisor runs.
func (p *project) supervised() bool { return supervise.Held(supervise.Lock(p.state)) }

// revive starts a supervisor when none looks after runs that are not done, as
// after a reboot without the service, and says so. A repository that has our hook
// is registered again where the user's state directory was removed.
func (p *project) revive(ctx context.Context, w io.Writer) error {
	if !p.known {
		if _, hooked := p.hookState(ctx); !hooked {
			return nil
		}
		if err := p.register(ctx, true); err != nil {
			return err
		}
		if err := p.wake(); err != nil {
			return err
		}
	}
	if p.supervised() {
		return nil
	}
	runs, err := p.journal.Pending(ctx)
	if err != nil || len(runs) == 0 {
		return err
	}
	if err := p.wake(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "mlhook: run %d was left unfinished; it is taken up again\n", runs[0].Number)
	return err
}

// hookParams is what the hook of this repository has to know.
func (p *project) hookParams() (hooks.Params, error) {
	binary, err := os.Executable()
	return hooks.Params{Binary: binary, Dir: p.repo.Dir(), State: string(p.state)}, err
}

// hookState says in a few words whether git will run our hook.
func (p *project) hookState(ctx context.Context) (state string, ours bool) {
	dir, scope, err := p.git.HooksDir(ctx)
	if err != nil {
		return err.Error(), false
	}
	params, err := p.hookParams()
	if err != nil {
		return err.Error(), false
	}
	found, err := hooks.Status(dir, params)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err.Error(), false
	case found == hooks.Ours:
		return "installed in " + dir, true
	case found == hooks.Stale:
		return "stale: " + dir + " has that of another mlhook, or of another place of this repository; run `mlhook install` again", false
	case found == hooks.Changed:
		return "changed by hand in " + dir + "; `mlhook install` says what to do", true
	case p.repo.Hooked:
		return fmt.Sprintf("gone: git looks in %s (core.hooksPath %s); run `mlhook install` again", dir, cmp.Or(scope, "unset")), false
	}
	return "not installed; `mlhook install`", false
}

// sessionEnv is what a background process needs to reach the user's desktop, keys
// and passwords, and the Python that the user works with.
func sessionEnv() map[string]string {
	env := map[string]string{}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "XDG_CURRENT_DESKTOP", "SSH_AUTH_SOCK", "VIRTUAL_ENV"} {
		if value := os.Getenv(name); value != "" {
			env[name] = value
		}
	}
	return env
}
