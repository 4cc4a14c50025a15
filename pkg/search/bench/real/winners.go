package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/run"
)

// reruns is how often a winner is trained again; soundShare is the least share
// of winners that have to hold.
const (
	reruns     = 20
	soundShare = 0.95
)

// A winner is a verdict of mlhook, and where it is reached by its source what
// that gave in fresh trainings.
type winner struct {
	Task      string  `json:"task"`
	Half      string  `json:"half"`
	Framework string  `json:"framework"`
	Seed      int     `json:"seed"`
	Target    float64 `json:"target"`
	Verdict   string  `json:"verdict"`
	By        string  `json:"by"` // source or model; empty where nothing was reached
	Trials    int     `json:"trials"`
	Seconds   float64 `json:"seconds"` // of mlhook's run
	Claimed   float64 `json:"claimed"` // the accuracy, or the mean of Seeds trainings
	Seeds     int     `json:"seeds"`
	Samples   int     `json:"samples"` // evaluated; 0 where that is unknown
	// Again are the accuracies of the fresh trainings; Faults says why others
	// gave none.
	Again  []float64 `json:"again,omitempty"`
	Faults []string  `json:"faults,omitempty"`
}

func (w winner) key() key { return key{task: w.Task, seed: w.Seed} }

func (w winner) String() string {
	text := fmt.Sprintf("%-28s seed %d: %s", w.Task, w.Seed, w.Verdict)
	if !w.source() {
		return text + w.By
	}
	s := w.sum()
	verdict := "holds"
	if !s.holds {
		verdict = "DOES NOT HOLD"
	}
	return fmt.Sprintf("%s, %.3f claimed; again %.3f +- %.3f, target %.2f - %.3f: %s", text, w.Claimed, s.mean, s.sd, w.Target, s.stderr, verdict)
}

// source tells whether the source is declared to reach the target.
func (w winner) source() bool { return w.By == string(run.BySource) }

// A winnerSum says what the fresh trainings of a winner gave. Its standard error
// is that of an accuracy at the target on the samples evaluated, and where their
// number is unknown that of the mean.
type winnerSum struct {
	mean, sd, stderr float64
	holds, varies    bool
}

func (w winner) sum() (s winnerSum) {
	n := float64(len(w.Again))
	for _, v := range w.Again {
		s.mean += v / n
		s.varies = s.varies || v != w.Again[0]
	}
	for _, v := range w.Again {
		s.sd += (v - s.mean) * (v - s.mean) / max(n-1, 1)
	}
	s.sd = math.Sqrt(s.sd)
	s.stderr = s.sd / math.Sqrt(n)
	if w.Samples > 0 {
		s.stderr = stderr(w.Target, w.Samples)
	}
	s.holds = len(w.Faults) == 0 && s.mean >= w.Target-s.stderr
	return s
}

// winners looks for winners on each task with all seeds.
func winners(ctx context.Context, o options, tasks []task) error {
	var cells []cell
	for seed := 1; seed <= o.seeds; seed++ {
		for _, t := range tasks {
			cells = append(cells, cell{task: t, seed: seed})
		}
	}
	err := collect(ctx, o, cells, cell.win)
	rows, readErr := readRows[winner](o.rows)
	return errors.Join(err, readErr, winnersTable(os.Stdout, rows))
}

// win lets mlhook find the target, and trains its winner again.
func (c cell) win(ctx context.Context, o options) (out winner, err error) {
	top, err := c.place(ctx)
	defer remove(top)
	if err != nil {
		return out, err
	}
	d, err := c.verdict(ctx, o, top, unbounded)
	if err != nil {
		return out, err
	}
	out = winner{Task: c.task.Name, Half: c.task.Half, Framework: c.task.Framework, Seed: c.seed, Target: c.task.Target,
		Verdict: string(d.Verdict), By: string(d.ReachedBy), Trials: d.TrialsDone, Seconds: d.Spent, Seeds: 1}
	if d.Metric != nil {
		out.Claimed, out.Samples = d.Metric.Value, d.Metric.Samples
	}
	if d.Confirmed != nil {
		out.Claimed, out.Seeds = d.Confirmed.Mean, d.Confirmed.N
	}
	if out.source() {
		err = c.again(ctx, o, top, d, &out)
	}
	return out, err
}

// again trains the source of a result cold, with seeds that no trial had.
func (c cell) again(ctx context.Context, o options, top string, d run.Detail, out *winner) (err error) {
	script := c.task.script
	if d.Result != "" {
		if script, err = c.command(ctx, top, "git", "show", d.Result+":train.py"); err != nil {
			return err
		}
	}
	t, err := newTrainer(ctx, top, o.python, int64(c.seed*reruns))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(t.close(), err) }()
	for i := range reruns {
		got, err := t.train(ctx, ask{files: map[string][]byte{filepath.Base(t.program.Entry): []byte(script)}, trial: -1, seed: int64(i)})
		switch {
		case err != nil:
			return err
		case got.value == nil:
			out.Faults = append(out.Faults, got.why)
		default:
			out.Again = append(out.Again, *got.value)
		}
	}
	return nil
}

// winnersTable prints the winners; its error is a broken promise.
func winnersTable(w io.Writer, rows []winner) error {
	fmt.Fprintf(w, "\nwinners that are declared reached by their source, trained %d times again\n", reruns)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "task\tseed\ttrials\tsamples\tclaimed\tof seeds\ttarget\tmean again\tSD\tone SE\tholds\tvaries")
	var all, varying tally
	byModel := 0
	for _, r := range rows {
		if r.By == string(run.ByModel) {
			byModel++
		}
		if !r.source() {
			continue
		}
		s := r.sum()
		all.add(s.holds)
		if s.varies {
			varying.add(s.holds)
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%.3f\t%d\t%.2f\t%.3f\t%.3f\t%.3f\t%s\t%s\n", r.Task, r.Seed, r.Trials, r.Samples, r.Claimed, r.Seeds, r.Target,
			s.mean, s.sd, s.stderr, yes(s.holds), yes(s.varies))
	}
	out.Flush()
	fmt.Fprintf(w, "of %d runs %d are reached by their source and %d by their model only\n", len(rows), all.n, byModel)
	fmt.Fprintf(w, "all winners: %s hold; those whose trainings differ: %s; of %d all trainings give the same\n", all, varying, all.n-varying.n)
	if all.share() < soundShare {
		return fmt.Errorf("%s of the winners hold, less than %.0f %%", all, 100*soundShare)
	}
	return nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// A tally counts how many of n are.
type tally struct{ k, n int }

func (t *tally) add(is bool) {
	t.n++
	if is {
		t.k++
	}
}

// share is 1 of none.
func (t tally) share() float64 {
	if t.n == 0 {
		return 1
	}
	return float64(t.k) / float64(t.n)
}

func (t tally) String() string { return fmt.Sprintf("%d of %d (%.1f %%)", t.k, t.n, 100*t.share()) }
