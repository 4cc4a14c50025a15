package main

import (
	"io"
	"os"

	"github.com/urfave/cli/v2"
)

func diffCommand() *cli.Command {
	return &cli.Command{
		Name: "diff", Usage: "show the best tweak of a run as a git diff (the newest without RUN)", ArgsUsage: "[RUN]",
		Action: func(c *cli.Context) error {
			p, d, err := openTweak(c)
			if err != nil {
				return err
			}
			defer p.close()
			text, err := p.git.Diff(c.Context, d.Commit, d.Result, isTerminal(c.App.Writer) && os.Getenv("NO_COLOR") == "")
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.App.Writer, text)
			return err
		},
	}
}
