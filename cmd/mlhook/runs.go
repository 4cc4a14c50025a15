package main

import (
	"cmp"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

func runsCommand() *cli.Command {
	return &cli.Command{
		Name: "runs", Usage: "list the runs, newest first",
		Flags: []cli.Flag{jsonFlag, &cli.IntFlag{Name: "n", Value: 20, Usage: "at most `N`, 0 for all"}},
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			if err := p.settle(c.Context); err != nil {
				return err
			}
			runs, err := p.journal.Runs(c.Context, c.Int("n"))
			if err != nil {
				return err
			}
			if c.Bool("json") {
				err = printJSON(c.App.Writer, runs)
			} else {
				printRuns(c.App.Writer, runs)
			}
			if err == nil && len(runs) == 0 {
				return noRun()
			}
			return err
		},
	}
}

func printRuns(w io.Writer, runs []run.Run) {
	for _, r := range runs {
		state := cmp.Or(string(r.Verdict), string(r.State))
		if r.Stopping {
			state = "stopping"
		}
		fmt.Fprintf(w, "%4d  %.10s  %-10s  %s\n", r.Number, r.Commit, state, firstLine(sentence(r)))
	}
}
