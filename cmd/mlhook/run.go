package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/store"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "train a commit now (HEAD without COMMIT), whether or not it was trained before", ArgsUsage: "[COMMIT]",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "wait", Aliases: []string{"w"}, Usage: "show it as it goes and end with its verdict"}, jsonFlag},
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			sha, branch, err := p.target(c.Context, c.Args().First())
			if err != nil {
				return err
			}
			settings, err := p.settings(c.Context, sha)
			if err != nil {
				return err // better now than in a run that fails
			}
			if err := p.register(c.Context, false); err != nil {
				return err
			}
			r, _, err := p.journal.Add(c.Context, store.Order{Commit: sha, Branch: branch, Top: p.git.Top, Target: settings.Target, Env: sessionEnv()})
			if err != nil {
				return err
			}
			if err := p.wake(); err != nil {
				return err
			}
			if !c.Bool("wait") {
				if c.Bool("json") {
					return printJSON(c.App.Writer, r)
				}
				_, err := fmt.Fprintf(c.App.Writer, "run %d of commit %.10s is queued; `mlhook watch %d` shows it\n", r.Number, sha, r.Number)
				return err
			}
			out := c.App.Writer
			if c.Bool("json") {
				out = c.App.ErrWriter
			}
			if r, err = watch(c.Context, p, r.Number, out); err != nil {
				return err
			}
			if c.Bool("json") {
				d, err := p.journal.Detail(c.Context, r.Number)
				if err != nil {
					return err
				}
				if err := printJSON(c.App.Writer, d); err != nil {
					return err
				}
			}
			return verdictCode(r)
		},
	}
}
