package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/hooks"
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
