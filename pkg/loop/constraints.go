package loop

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/run"
)

// measures are those that the run is about, of its target and its constraints,
// each once.
func (l *Loop) measures() []string {
	names := []string{l.Settings.Metric}
	for _, c := range l.Settings.Constraints {
		if !slices.Contains(names, c.Metric) {
			names = append(names, c.Metric)
		}
	}
	return names
}

// checks are what came of the constraints. As with the target, a measure on data
// that was trained on proves nothing.
func (l *Loop) checks(out outcome, log func() string) (all []run.Check) {
	for _, c := range l.Settings.Constraints {
		m := out.metric(c.Metric, log)
		if m != nil && m.Split == run.Train {
			m = nil
		}
		all = append(all, run.Check{Bound: c.String(), Metric: m, Holds: m != nil && c.Holds(m.Value)})
	}
	return all
}

// unseen ends the run where the user's own code, which ran to its end, does not
// measure what a constraint bounds: no tweak would change that.
func (l *Loop) unseen(base run.Trial) error {
	for _, c := range l.Settings.Constraints { // which may have changed since the trial
		if slices.ContainsFunc(base.Constraints, func(k run.Check) bool { return k.Bound == c.String() && k.Metric == nil }) {
			return &ending{verdict: run.Refused, reason: fmt.Sprintf(
				"%s ran to its end but no %s on data held out was seen, which the constraint %s needs; print it (\"Test %s: 0.12\")",
				l.program.Entry, c.Metric, c, c.Metric)}
		}
	}
	return nil
}
