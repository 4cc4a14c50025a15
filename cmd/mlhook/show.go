package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

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
