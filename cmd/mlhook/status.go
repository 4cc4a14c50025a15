package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "say what mlhook is doing in this repository", Flags: []cli.Flag{jsonFlag},
		Action: func(c *cli.Context) error {
			p, err := openProject(c)
			if err != nil {
				return err
			}
			defer p.close()
			if err := p.settle(c.Context); err != nil {
				return err
			}
			if err := p.revive(c.Context, c.App.ErrWriter); err != nil {
				return err
			}
			runs, err := p.journal.Runs(c.Context, 1)
			if err != nil {
				return err
			}
			pending, err := p.journal.Pending(c.Context)
			if err != nil {
				return err
			}
			if len(pending) > 0 {
				runs = pending
			}
			if c.Bool("json") {
				if len(runs) == 0 {
					return errors.Join(printJSON(c.App.Writer, nil), noRun())
				}
				return printJSON(c.App.Writer, runs[0])
			}
			engine := p.repo.Engine
			if s, err := p.machine(c.Context); err == nil {
				engine = p.engineName(s)
			}
			return printStatus(c.Context, c.App.Writer, p, engine, p.misset(c.Context), runs)
		},
	}
}

// printStatus says how things stand, what is wrong with the settings too: the runs
// that are not done, else the newest.
func printStatus(ctx context.Context, w io.Writer, p *project, engine string, misset error, runs []run.Run) error {
	fmt.Fprintf(w, "repository  %s\n", p.repo.Top)
	hook, hooked := p.hookState(ctx)
	fmt.Fprintf(w, "hook        %s\n", hook)
	fmt.Fprintf(w, "engine      %s\n", cmp.Or(engine, "not chosen yet"))
	if misset != nil {
		fmt.Fprintf(w, "settings    %s\n", firstLine(misset.Error()))
	}
	fmt.Fprintf(w, "supervisor  %s\n", supervisorState(p, hooked))
	if len(runs) == 0 {
		_, err := fmt.Fprintln(w, "runs        none yet; commit something, or `mlhook run`")
		return err
	}
	for _, r := range runs {
		if _, err := fmt.Fprintf(w, "run %-7d %s\n", r.Number, sentence(r)); err != nil {
			return err
		}
	}
	return nil
}

// supervisorState says whether a supervisor runs and what starts one.
func supervisorState(p *project, hooked bool) string {
	starter := "`mlhook run` starts it"
	if hooked {
		starter = "the next commit starts it"
	}
	if s, err := service(); err == nil {
		if s.Installed() {
			starter += ", and so does every login"
		} else {
			starter += " (with `mlhook install --service` every login does)"
		}
	}
	if p.supervised() {
		return "running; after a reboot " + starter
	}
	return "not running; " + starter
}

// sentence says in one line where a run stands.
func sentence(r run.Run) string {
	if r.Stopping {
		return fmt.Sprintf("stopping: commit %.10s, %d trials done", r.Commit, r.TrialsDone)
	}
	switch r.State {
	case run.Queued:
		if r.Reason != "" {
			return fmt.Sprintf("queued: commit %.10s; %s", r.Commit, r.Reason)
		}
		return fmt.Sprintf("queued: commit %.10s waits for its turn", r.Commit)
	case run.Waiting:
		return "waiting: " + r.Reason
	case run.Training:
		text := fmt.Sprintf("%s: commit %.10s, %d trials done", r.Stage, r.Commit, r.TrialsDone)
		if r.Metric != nil {
			text += fmt.Sprintf(", best %s %.3f", r.Metric.Name, r.Metric.Value)
		}
		if r.Started != nil {
			text += fmt.Sprintf(", since %s", time.Since(*r.Started).Round(time.Second))
			if b := r.Budget; b != nil {
				left := time.Duration((b.Minutes*60 - r.Spent) * float64(time.Second))
				text += fmt.Sprintf(", at most %d trials and %s left", b.Trials, max(0, left).Round(time.Second))
			}
		}
		return text
	}
	return fmt.Sprintf("%s: %s", r.Verdict, r.Reason)
}
