package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/run"
)

//go:embed coin
var coinScripts embed.FS

// Of the scripts: what is asked of mlhook, and the samples that they hold out.
const (
	coinTarget  = 0.8
	coinTrials  = 20
	coinHeldOut = 150
)

// coinBound is what no accuracy may lie above: chance and three standard errors.
var coinBound = 0.5 + 3*stderr(0.5, coinHeldOut)

// stderr is the standard error of a share that n samples gave.
func stderr(share float64, n int) float64 { return math.Sqrt(share * (1 - share) / float64(n)) }

// A chase is what mlhook made of labels without a meaning.
type chase struct {
	Task    string `json:"task"`
	Seed    int    `json:"seed"`
	Verdict string `json:"verdict"`
	// Values are the accuracies of the trials, in their order.
	Values []float64 `json:"values"`
	// Best is the accuracy that the run reports, and Mean, where it trained its
	// source with more seeds, that of all of them.
	Best float64  `json:"best"`
	Mean *float64 `json:"mean,omitempty"`
}

func (c chase) key() key { return key{task: c.Task, seed: c.Seed} }

func (c chase) String() string {
	return fmt.Sprintf("%-12s seed %2d: %s, %d trials, best %.3f", c.Task, c.Seed, c.Verdict, len(c.Values), c.Best)
}

// coin runs mlhook on each script with all seeds.
func coin(ctx context.Context, o options, _ []task) error {
	var cells []cell
	for seed := 1; seed <= o.seeds; seed++ {
		for _, framework := range []string{"sklearn", "torch", "keras"} {
			script, err := coinScripts.ReadFile("coin/" + framework + ".py")
			if err != nil {
				return err
			}
			if matches(framework, o.tasks) {
				cells = append(cells, cell{task: task{Name: framework, Target: coinTarget, script: string(script)}, seed: seed})
			}
		}
	}
	err := collect(ctx, o, cells, cell.chase)
	rows, readErr := readRows[chase](o.rows)
	return errors.Join(err, readErr, coinTable(os.Stdout, rows))
}

// chase lets mlhook chase the target.
func (c cell) chase(ctx context.Context, o options) (out chase, err error) {
	top, err := c.place(ctx)
	defer remove(top)
	if err != nil {
		return out, err
	}
	d, err := c.verdict(ctx, o, top, coinTrials)
	if err != nil {
		return out, err
	}
	if d.Metric == nil || d.Metric.Split != run.Test {
		return out, fmt.Errorf("mlhook saw no accuracy on the data held out: %s", d.Reason)
	}
	out = chase{Task: c.task.Name, Seed: c.seed, Verdict: string(d.Verdict), Best: d.Metric.Value}
	if d.Confirmed != nil {
		out.Mean = &d.Confirmed.Mean
	}
	for _, t := range d.Trials {
		if t.Value != nil {
			out.Values = append(out.Values, *t.Value)
		}
	}
	return out, nil
}

// coinTable prints what the runs reported; its error is a broken promise.
func coinTable(w io.Writer, rows []chase) error {
	byTask := map[string][]chase{}
	var names []string
	for _, r := range rows {
		if byTask[r.Task] == nil {
			names = append(names, r.Task)
		}
		byTask[r.Task] = append(byTask[r.Task], r)
	}
	slices.Sort(names)
	fmt.Fprintf(w, "\nlabels by coin flip, target %.2f; %.3f is three standard errors of %d samples above chance\n", coinTarget, coinBound, coinHeldOut)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "script\truns\treached\ttrials\tmean\tmax of a trial\ttrials above\tmax of a run\truns above")
	reached, above := 0, 0
	for _, name := range names {
		s := sumCoin(byTask[name])
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%.3f\t%.3f\t%d\t%.3f\t%d\n", name, len(byTask[name]), s.reached, s.trials, s.sum/float64(s.trials), s.most, s.above, s.best, s.runsAbove)
		reached, above = reached+s.reached, above+s.above+s.runsAbove
	}
	out.Flush()
	if reached > 0 || above > 0 {
		return fmt.Errorf("%d runs reached the target, and %d reported accuracies lie above the bound", reached, above)
	}
	return nil
}

// A coinSum sums up the runs of a script.
type coinSum struct {
	reached, trials, above, runsAbove int
	sum, most, best                   float64
}

func sumCoin(rows []chase) (s coinSum) {
	for _, r := range rows {
		if r.Verdict == string(run.Reached) {
			s.reached++
		}
		for _, v := range r.Values {
			s.trials++
			s.sum += v
			s.most = max(s.most, v)
			if v > coinBound {
				s.above++
			}
		}
		shown := r.Best
		if r.Mean != nil {
			shown = max(shown, *r.Mean)
		}
		s.best = max(s.best, shown)
		if shown > coinBound {
			s.runsAbove++
		}
	}
	return s
}
