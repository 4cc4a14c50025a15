package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/run"
)

func watchCommand() *cli.Command {
	return &cli.Command{
		Name: "watch", Usage: "show a run as it goes, until its verdict (the newest without RUN)", ArgsUsage: "[RUN]",
		Action: func(c *cli.Context) error {
			p, number, err := openRun(c)
			if err != nil {
				return err
			}
			defer p.close()
			r, err := watch(c.Context, p, number, c.App.Writer)
			if err != nil {
				return err
			}
			return verdictCode(r)
		},
	}
}

// watch copies what the runner says until the run is done, or until Ctrl-C, which
// ends nothing but the watching.
func watch(ctx context.Context, p *project, number int, w io.Writer) (run.Run, error) {
	name := filepath.Join(p.state.RunDir(p.repo, number), runnerLog)
	var offset int64
	for {
		r, err := p.journal.Run(ctx, number)
		if err != nil {
			return r, err
		}
		if r.Started != nil { // before that, what is there is of an older repository at this path
			offset += copyFrom(w, name, offset)
		}
		if r.State == run.Done {
			if !tells(name, offset, r) {
				fmt.Fprintln(w, sentence(r))
			}
			return r, nil
		}
		if err := pause(ctx); err != nil {
			fmt.Fprintf(w, "run %d goes on; `mlhook stop %d` ends it\n", number, number)
			return r, err
		}
	}
}

// tells whether the first bytes of a runner's log, those that were shown, hold the
// verdict of a run: one that was ended without its runner is not in there.
func tells(name string, shown int64, r run.Run) bool {
	text, err := os.ReadFile(name)
	return err == nil && strings.Contains(string(text[:min(shown, int64(len(text)))]), plain.Text(sentence(r)))
}

// copyFrom copies a file from an offset on, as far as that goes, and tells how much.
func copyFrom(w io.Writer, name string, offset int64) int64 {
	f, err := os.Open(name)
	if err != nil {
		return 0 // not there yet
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0
	}
	n, _ := io.Copy(w, f) // the rest comes next time
	return n
}

// verdictCode turns a verdict into the exit code of a command that waited.
func verdictCode(r run.Run) error {
	switch r.Verdict {
	case run.Reached:
		return nil
	case run.Exhausted:
		return &exitError{code: exitNotReached}
	case run.Refused:
		return &exitError{code: exitRefused}
	case run.Stopped, run.Superseded:
		return &exitError{code: exitStopped}
	}
	return &exitError{code: exitFailed}
}
