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
	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/run"
)

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
	name := ""
	for e, err := range agent.Events(f) {
		if err != nil {
			return "", err
		}
		if e.Type == agent.EventModel {
			name = e.Path
		}
	}
	if name == "" {
		return "", nothing("trial %d saved no model; `mlhook log --trial %d` shows what the script printed", trial, trial)
	}
	return name, nil
}
