package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
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

func stopCommand() *cli.Command {
	return &cli.Command{
		Name: "stop", Usage: "stop a run, queued or training (all of this repository without RUN)", ArgsUsage: "[RUN]",
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			if c.NArg() == 0 {
				if err := p.settle(c.Context); err != nil {
					return err
				}
			}
			runs, err := p.journal.Pending(c.Context)
			if err != nil {
				return err
			}
			if c.NArg() == 1 {
				number, err := p.number(c.Context, c.Args().First())
				if err != nil {
					return err
				}
				runs = only(runs, number)
			}
			if len(runs) == 0 {
				return nothing("nothing to stop: no such run is queued or training")
			}
			for _, r := range runs {
				if err := p.journal.WantStop(c.Context, r.Number, ""); err != nil {
					return err
				}
				how := "is being stopped"
				if r.Stopping {
					how = "is stopping already"
				}
				fmt.Fprintf(c.App.Writer, "run %d %s\n", r.Number, how)
			}
			return p.wake()
		},
	}
}

func only(runs []run.Run, number int) []run.Run {
	for _, r := range runs {
		if r.Number == number {
			return []run.Run{r}
		}
	}
	return nil
}
