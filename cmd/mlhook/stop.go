package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

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
