package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/report"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

func reportCommand() *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "print the report of a run as Markdown (the newest without RUN)", ArgsUsage: "[RUN]",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "path", Usage: "write it to a file and print where that is instead"}},
		Action: func(c *cli.Context) error {
			p, number, err := openRun(c)
			if err != nil {
				return err
			}
			defer p.close()
			d, err := p.journal.Detail(c.Context, number)
			if err != nil {
				return err
			}
			if c.Bool("path") {
				name, err := writeReport(p.state.RunDir(p.repo, number), d)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.App.Writer, name)
				return err
			}
			_, err = io.WriteString(c.App.Writer, report.Markdown(d))
			return err
		},
	}
}

// writeReport writes a run's report, as it is now, into the run's directory.
func writeReport(dir string, d run.Detail) (name string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("write the report: %w", err)
	}
	name = filepath.Join(dir, "report.md")
	return name, store.WriteFile(name, []byte(report.Markdown(d)))
}
