package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/report"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// openResult opens the run whose result counts: a linked run's is the earlier one's.
func openResult(c *cli.Context) (*project, run.Detail, error) {
	p, number, err := openRun(c)
	if err != nil {
		return nil, run.Detail{}, err
	}
	d, err := p.journal.Detail(c.Context, number)
	if err == nil && d.Linked != nil {
		d, err = p.journal.Detail(c.Context, *d.Linked)
	}
	if err != nil {
		p.close()
		return nil, d, err
	}
	return p, d, nil
}

// openTweak is openResult for commands that need a tweak.
func openTweak(c *cli.Context) (*project, run.Detail, error) {
	p, d, err := openResult(c)
	if err != nil {
		return nil, d, err
	}
	if d.Result == "" {
		p.close()
		if d.State != run.Done {
			return nil, d, nothing("run %d is not done; `mlhook watch %d` shows it", d.Number, d.Number)
		}
		if d.Best != nil && *d.Best == 0 {
			return nil, d, nothing("run %d has no tweak: your own code was the best (%s)", d.Number, d.Reason)
		}
		return nil, d, nothing("run %d has no tweak; it ended as %s", d.Number, firstLine(sentence(d.Run)))
	}
	return p, d, nil
}

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

func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

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

func modelCommand() *cli.Command {
	return &cli.Command{
		Name: "model", Usage: "copy the trained model of a run's best trial (the newest without RUN)", ArgsUsage: "[RUN]",
		Flags: []cli.Flag{&cli.StringFlag{Name: "o", Usage: "write it to `FILE`; model.keras, model.pt ... in this directory by default"}},
		Action: func(c *cli.Context) error {
			p, d, err := openResult(c)
			if err != nil {
				return err
			}
			defer p.close()
			switch {
			case d.Best == nil && d.State != run.Done:
				return nothing("run %d has no model yet; `mlhook watch %d` shows it", d.Number, d.Number)
			case d.Best == nil:
				return nothing("run %d has no model; it ended as %s", d.Number, firstLine(sentence(d.Run)))
			}
			name, err := copyModel(p.state.RunDir(p.repo, d.Number), d, c.String("o"))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.App.Writer, "wrote %s (trial %d of run %d)\n", plain.Text(name), *d.Best, d.Number)
			return err
		},
	}
}

// modelNames are what the agent calls models, by their formats.
var modelNames = []string{"model.keras", "model.h5", "model.weights.h5", "model.pt", "model.joblib", "model.ubj", "model.txt", "model.cbm"}

// copyModel copies the best trial's model out of the run's directory, never over
// an existing file; a copy that fails leaves none. A trial has no say in the name.
func copyModel(dir string, d run.Detail, to string) (string, error) {
	t := d.Trials[*d.Best]
	attempt := t.Last().N
	saved, err := savedModel(dir, t.N, attempt)
	if err != nil {
		return "", err
	}
	if to == "" {
		to = "model"
		if name := path.Base(saved); slices.Contains(modelNames, name) {
			to = name
		}
	}
	from, err := engine.OpenModel(dir, t.N, attempt, saved)
	if err != nil {
		return "", fmt.Errorf("open the model: %w", err)
	}
	defer from.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", refused("%s exists; name another file with -o", to)
	case err != nil:
		return "", refused("cannot write %s: %v; name another file with -o", to, errors.Unwrap(err))
	}
	_, err = io.Copy(out, from)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("copy the model: %w", err), os.Remove(to))
	}
	return to, nil
}

// savedModel finds the file that the attempt's last model event names.
func savedModel(dir string, trial, attempt int) (string, error) {
	f, err := agent.OpenRegular(dir, filepath.Join("trials", fmt.Sprint(trial), fmt.Sprint(attempt), "events.jsonl"), agent.MaxEvents)
	if err != nil {
		return "", fmt.Errorf("open the events of trial %d: %w", trial, err)
	}
	defer f.Close()
	name, offset := "", int64(0)
	for {
		events, next, err := agent.ReadEvents(f, offset)
		if err != nil {
			return "", err
		}
		for _, e := range events {
			if e.Type == agent.EventModel {
				name = e.Path
			}
		}
		if next == offset {
			break
		}
		offset = next
	}
	if name == "" {
		return "", nothing("trial %d saved no model; `mlhook log --trial %d` shows what the script printed", trial, trial)
	}
	return name, nil
}

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

func notifyCommand() *cli.Command {
	return &cli.Command{
		Name: "notify", Usage: "send a test notification the way results are told",
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			s, err := p.machine(c.Context)
			if err != nil {
				return err
			}
			told, err := p.notifier(s, sessionEnv())(c.Context, "mlhook works", "This is how results of "+filepath.Base(p.git.Top)+" are told.")
			if told != "" {
				fmt.Fprintln(c.App.Writer, told)
			}
			return err
		},
	}
}
