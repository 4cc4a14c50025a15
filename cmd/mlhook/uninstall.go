package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/hooks"
	"github.com/mlhook/mlhook/pkg/store"
)

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
