package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/run"
)

func applyCommand() *cli.Command {
	return &cli.Command{
		Name: "apply", Usage: "put the best tweak of a run into your working tree (the newest without RUN)", ArgsUsage: "[RUN]",
		Action: func(c *cli.Context) error {
			p, d, err := openTweak(c)
			if err != nil {
				return err
			}
			defer p.close()
			files, err := p.git.Apply(c.Context, d.Commit, d.Result)
			if errors.Is(err, git.ErrApplied) {
				return nothing("%v", err)
			}
			if err != nil {
				return refused("%v", err)
			}
			for _, name := range files {
				fmt.Fprintf(c.App.Writer, "changed %s\n", name)
			}
			hint := "look at it with `git diff`"
			if d.Verdict == run.Reached {
				hint += fmt.Sprintf("; where nothing else of the program changed since run %d, committing it does not train again", d.Number)
			}
			_, err = fmt.Fprintln(c.App.Writer, hint)
			return err
		},
	}
}
