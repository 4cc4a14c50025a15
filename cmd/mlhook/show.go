package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

var jsonFlag = &cli.BoolFlag{Name: "json", Usage: "print facts as JSON, schema 1"}

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

func noRun() error { return nothing("no run yet; commit something, or `mlhook run`") }

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

func showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show a run with its trials (the newest without RUN)", ArgsUsage: "[RUN]",
		Flags: []cli.Flag{jsonFlag, &cli.BoolFlag{Name: "why", Usage: "show why each trial was made and how it went on"},
			&cli.BoolFlag{Name: "all", Usage: fmt.Sprintf("all trials, not only the first, the best and the newest %d; --json and --why have all", shownTrials)}},
		Action: func(c *cli.Context) error {
			p, number, err := openRun(c)
			var exit *exitError
			if c.Bool("json") && errors.As(err, &exit) && exit.code == exitNothing {
				return errors.Join(printJSON(c.App.Writer, nil), err)
			}
			if err != nil {
				return err
			}
			defer p.close()
			most := shownTrials
			if c.Bool("all") || c.Bool("why") || c.Bool("json") {
				most = math.MaxInt32
			}
			d, err := p.journal.Digest(c.Context, number, most)
			if err != nil {
				return err
			}
			switch {
			case c.Bool("json"):
				return printJSON(c.App.Writer, d)
			case c.Bool("why"):
				printDetail(c.App.Writer, d, true)
				return printTallies(c.App.Writer, d)
			}
			printDetail(c.App.Writer, d, false)
			return nil
		},
	}
}

// shownTrials is how many of the newest trials show prints.
const shownTrials = 50

// printDetail shows a run and its trials, with every decision of the search where
// it has to explain.
func printDetail(w io.Writer, d run.Detail, explain bool) {
	fmt.Fprintf(w, "run %d  commit %.10s %s\n%s\n", d.Number, d.Commit, d.Branch, sentence(d.Run))
	fmt.Fprintf(w, "push %s %s\n", d.Push, d.PushReason)
	for i, t := range d.Trials {
		if last := i - 1; last >= 0 && t.N > d.Trials[last].N+1 {
			fmt.Fprintf(w, "  ... %d trials, see `mlhook show --all %d`\n", t.N-d.Trials[last].N-1, d.Number)
		}
		value := "     "
		if t.Value != nil {
			value = fmt.Sprintf("%.3f", *t.Value)
		}
		mark := " "
		if d.Best != nil && *d.Best == t.N {
			mark = "*"
		}
		why := cmp.Or(t.Why, "the code as committed")
		if explain {
			why = origin(t) + why
		}
		if t.Start != run.Cold {
			why += fmt.Sprintf(" (%s)", t.Start)
		}
		seconds := "       -" // it was not trained to a rung or to its end
		if t.Seconds > 0 {
			seconds = fmt.Sprintf("%6.1f s", t.Seconds)
		}
		fmt.Fprintf(w, "%s trial %-3d %s  %s  %s\n", mark, t.N, value, seconds, why)
		for _, ch := range t.Tweak {
			fmt.Fprintf(w, "            %s  %s\n", ch.Where(), ch.Text())
		}
		for _, why := range []string{t.Error, t.Broken()} {
			if why != "" {
				fmt.Fprintf(w, "            %s\n", why)
			}
		}
		if explain {
			printDecisions(w, t)
		}
	}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
