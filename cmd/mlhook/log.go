package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/run"
)

func logCommand() *cli.Command {
	return &cli.Command{
		Name: "log", Usage: "print what the script printed (the newest run without RUN)", ArgsUsage: "[RUN]",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on until the run is done"},
			&cli.IntFlag{Name: "trial", Value: -1, Usage: "only trial `N`"},
		},
		Action: func(c *cli.Context) error {
			p, number, err := openRun(c)
			if err != nil {
				return err
			}
			defer p.close()
			if err := logged(c.Context, p, number, c.Int("trial"), c.Bool("follow")); err != nil {
				return err
			}
			l := &logPrinter{p: p, number: number, only: c.Int("trial"), w: c.App.Writer, shown: map[[2]int]int64{}}
			if isTerminal(c.App.Writer) {
				l.w = plain.Terminal(c.App.Writer)
			}
			for {
				r, err := p.journal.Run(c.Context, number)
				if err != nil {
					return err
				}
				if err := l.print(c.Context); err != nil {
					return err
				}
				if !c.Bool("follow") || r.State == run.Done {
					return nil
				}
				if err := pause(c.Context); err != nil {
					return err
				}
			}
		},
	}
}

// logged says why a run has no log, or none of a trial (all if below 0), if it
// will have none or nobody waits for it.
func logged(ctx context.Context, p *project, number, trial int, wait bool) error {
	d, err := p.journal.Detail(ctx, number)
	switch {
	case err != nil:
		return err
	case d.Linked != nil:
		return nothing("run %d trained nothing, its result is that of run %d; `mlhook log %d` shows what that printed", number, *d.Linked, *d.Linked)
	case d.State != run.Done && len(d.Trials) == 0 && !wait:
		return nothing("run %d has printed nothing yet; `mlhook log -f %[1]d` waits for that, `mlhook watch %[1]d` shows where it stands", number)
	case d.State == run.Done && len(d.Trials) == 0:
		return nothing("run %d trained nothing; it ended as %s", number, firstLine(sentence(d.Run)))
	case d.State == run.Done && trial >= len(d.Trials):
		return nothing("run %d has no trial %d, its last one is trial %d", number, trial, len(d.Trials)-1)
	}
	return nil
}

// pause waits a moment, or for Ctrl-C.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(200 * time.Millisecond):
		return nil
	}
}

// logPrinter prints the logs of a run's attempts as they grow.
type logPrinter struct {
	p      *project
	number int
	only   int
	w      io.Writer
	shown  map[[2]int]int64 // bytes printed of each trial and attempt
}

func (l *logPrinter) print(ctx context.Context) error {
	trials, err := l.p.journal.Trials(ctx, l.number)
	if err != nil {
		return err
	}
	for _, t := range trials {
		if l.only >= 0 && t.N != l.only {
			continue
		}
		for _, a := range t.Attempts {
			at := [2]int{t.N, a.N}
			if _, seen := l.shown[at]; !seen {
				l.shown[at] = 0
				fmt.Fprintf(l.w, "--- trial %d, attempt %d\n", t.N, a.N)
			}
			if err := l.copy(t.N, a.N); err != nil {
				return err
			}
		}
	}
	return nil
}

// copy prints what is new in the log of an attempt.
func (l *logPrinter) copy(trial, attempt int) error {
	f, err := engine.OpenLog(l.p.state.RunDir(l.p.repo, l.number), trial, attempt)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was printed yet
	}
	if err != nil {
		return err
	}
	defer f.Close()
	at := [2]int{trial, attempt}
	if _, err := f.Seek(l.shown[at], io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(l.w, f)
	l.shown[at] += n
	return err
}
