package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/agent"
)

// growTable prints the moves, and what those that kept the function gained; its
// error is a broken promise.
func growTable(w io.Writer, rows []growth) error {
	fmt.Fprintln(w, "\nnetworks made larger: from what the smaller one has learned, and cold, for as many epochs")
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "task\tmove\tstart\tdifference\tparent\tgrown\tcold\tgrown s\tcold s\tat equal time: s\tgrown\tcold")
	reasons := map[string]int{}
	levels := map[string]int{}
	for _, g := range rows {
		levels[g.Level]++
		difference := fmt.Sprintf("%.1e", g.Value)
		if g.Level == agent.LevelCold {
			reasons[g.Why]++
			difference = "-"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.1f\t%.1f\t%s\n", g.Task, g.Move, g.Level, difference,
			g.Parent, g.Grown, g.Cold, g.Grown.Seconds, g.Cold.Seconds, g.equalTime())
	}
	out.Flush()
	fmt.Fprintf(w, "%d moves: %d grown, %d warm, %d refused\n", len(rows), levels[agent.LevelGrown], levels[agent.LevelWarm], levels[agent.LevelCold])
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(w, "  refused %d: %s\n", reasons[why], why)
	}
	return growSummary(w, rows)
}

// equalTime is what both curves had at the time at which the first of them ended.
func (g growth) equalTime() string {
	seconds, grown, cold, ok := g.meet()
	if !ok {
		return "-\t-\t-"
	}
	return fmt.Sprintf("%.1f\t%.3f\t%.3f", seconds, grown, cold)
}

// meet finds that time, in seconds since the scripts started, and the newest
// accuracies then on data held out.
func (g growth) meet() (seconds, grown, cold float64, ok bool) {
	a, b := g.Grown.Curve, g.Cold.Curve
	if len(a) == 0 || len(b) == 0 {
		return 0, 0, 0, false
	}
	seconds = min(a[len(a)-1].Seconds, b[len(b)-1].Seconds)
	grown, ok = at(a, seconds)
	cold, also := at(b, seconds)
	return seconds, grown, cold, ok && also
}

// at is a curve's newest accuracy at a time.
func at(curve []point, seconds float64) (accuracy float64, ok bool) {
	for _, p := range curve {
		if p.Seconds <= seconds {
			accuracy, ok = p.Accuracy, true
		}
	}
	return accuracy, ok
}

// A match compares accuracies of grown and cold trainings.
type match struct {
	n, ahead, level  int
	grown, cold, log float64 // sums; log is of the ratios
}

func (m *match) add(grown, cold float64) {
	m.n++
	m.grown += grown
	m.cold += cold
	m.log += math.Log(grown / cold)
	switch {
	case grown > cold:
		m.ahead++
	case grown == cold:
		m.level++
	}
}

func (m match) String() string {
	n := float64(m.n)
	return fmt.Sprintf("mean accuracy grown %.3f, cold %.3f, geometric ratio %.3f; grown is ahead in %d of %d, level in %d",
		m.grown/n, m.cold/n, math.Exp(m.log/n), m.ahead, m.n, m.level)
}

// growSummary compares those that started with their parent's function.
func growSummary(w io.Writer, rows []growth) error {
	var end, equal match
	most, broken := 0.0, 0
	for _, g := range rows {
		if g.Level == agent.LevelCold {
			continue
		}
		most = max(most, g.Value)
		if !(g.Value <= preserved) {
			broken++
		}
		if a, b := g.Grown.Accuracy, g.Cold.Accuracy; a != nil && b != nil && *a > 0 && *b > 0 {
			end.add(*a, *b)
		}
		if _, grown, cold, ok := g.meet(); ok && grown > 0 && cold > 0 {
			equal.add(grown, cold)
		}
	}
	fmt.Fprintf(w, "largest difference of the grown at their start: %.1e\n", most)
	if end.n > 0 {
		fmt.Fprintf(w, "at the end of as many epochs: %s\n", end)
	}
	if equal.n > 0 {
		fmt.Fprintf(w, "at equal time, on the data that the curve is of: %s\n", equal)
	}
	if broken > 0 {
		return fmt.Errorf("%d grown networks do not start with their parent's outputs", broken)
	}
	return nil
}
