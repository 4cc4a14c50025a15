package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/hooks"
	"github.com/mlhook/mlhook/pkg/store"
)

func installCommand() *cli.Command {
	return &cli.Command{
		Name: "install", Usage: "train after every commit in this repository",
		Description: "Writes hooks for commits, merges, rebases and `git am`; a hook that is there is kept and run first. Nothing is written into the working tree.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "service", Usage: "also start the supervisor after every login, so that runs go on after a reboot"},
			&cli.BoolFlag{Name: "into-tree", Usage: "write the hooks where core.hooksPath says also when that is in the working tree, as with husky"}},
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			dir, err := p.hooksDir(c.Context, c.Bool("into-tree"))
			if err != nil {
				return err
			}
			params, err := p.hookParams()
			if err != nil {
				return err
			}
			if err := p.register(c.Context, true); err != nil {
				return err
			}
			saved, err := hooks.Install(dir, params)
			if err != nil {
				return refused("%v", err)
			}
			w := c.App.Writer
			if c.Bool("service") {
				if err := installService(w, params.Binary); err != nil {
					return refused("%v", err)
				}
			}
			if err := p.wake(); err != nil {
				return err
			}
			for _, file := range saved {
				fmt.Fprintf(w, "your hook moved to %s; it still runs, first\n", filepath.Base(file))
			}
			if p.inTree(dir) {
				fmt.Fprintf(w, "do not commit the hooks in %s; what writes that directory anew, as husky does at `npm install`, removes them: then install again\n", dir)
			}
			fmt.Fprintf(w, "installed for %s: every commit is trained with the %s engine\n", p.repo.Top, p.repo.Engine)
			if p.repo.Engine == "local" {
				fmt.Fprintln(w, "the local engine runs your code as you, without a container; `git config mlhook.engine docker` changes that")
			}
			return nil
		},
	}
}

// hooksDir is the directory that hooks may be written into.
func (p *project) hooksDir(ctx context.Context, intoTree bool) (string, error) {
	dir, scope, err := p.git.HooksDir(ctx)
	switch {
	case err != nil:
		return "", err
	case scope == "global" || scope == "system":
		return "", refused("core.hooksPath is %s, for all repositories (%s); `git config core.hooksPath '%s'` gives this one hooks of its own, which run instead of those",
			dir, scope, filepath.Join(p.git.Common, "hooks"))
	case !intoTree && p.inTree(dir):
		return "", refused("core.hooksPath is %s, which is in your working tree, and a hook is for this machine only; "+
			"`mlhook install --into-tree` writes it there (do not commit it), or `git config --unset core.hooksPath` goes back to git's own directory", dir)
	}
	return dir, nil
}

// inTree tells whether a directory of hooks is part of the working tree.
func (p *project) inTree(dir string) bool {
	return within(dir, p.git.Top) && !within(dir, p.git.Common)
}

// within tells whether a path lies below a directory, whatever links lead there.
func within(path, dir string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func uninstallCommand() *cli.Command {
	return &cli.Command{
		Name: "uninstall", Usage: "remove the hooks, put earlier ones back, stop runs that are not done; journal and results stay",
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			dir, _, err := p.git.HooksDir(c.Context)
			if err != nil {
				return err
			}
			if err := hooks.Uninstall(dir); err != nil {
				return refused("%v", err)
			}
			if err := p.end(c.Context, c.App.Writer); err != nil {
				return err
			}
			if err := p.state.Forget(p.repo); err != nil {
				return err
			}
			if err := store.Wake(p.repo.Dir()); err != nil {
				return err
			}
			fmt.Fprintf(c.App.Writer, "uninstalled from %s\n", p.git.Top)
			return removeService(c.App.Writer, p.state)
		},
	}
}

// end stops the runs that are not done and waits for their end, since nobody looks
// after them once the repository is forgotten.
func (p *project) end(ctx context.Context, w io.Writer) error {
	runs, err := p.journal.Pending(ctx)
	if err != nil || len(runs) == 0 {
		return err
	}
	for _, r := range runs {
		if err := p.journal.WantStop(ctx, r.Number, ""); err != nil {
			return err
		}
		fmt.Fprintf(w, "run %d is being stopped\n", r.Number)
	}
	if err := p.state.Register(p.repo); err != nil { // one that was moved is not known
		return err
	}
	if err := p.wake(); err != nil {
		return err
	}
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		if runs, err = p.journal.Pending(ctx); err != nil || len(runs) == 0 {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return refused("run %d is still being stopped, the hooks are gone already; look at it with `mlhook status`, then run `mlhook uninstall` again", runs[0].Number)
}
