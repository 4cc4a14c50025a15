package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Successive halving: a training is cut into slices that end at rungs. At each
// rung a trial is compared with all others that got there; what is behind is
// frozen, never killed, and may be continued later from its checkpoint.

const (
	// reduction is how much longer a training is at the next rung; one trial in
	// so many of a rung goes on.
	reduction = 3
	// finest is the part of the user's own training that the first slice is.
	finest = 27
	// firstRung is the least of epochs that says anything about a training.
	firstRung = 2
	// longestRung bounds the ladder, in epochs.
	longestRung = 1 << 20
	// worthCutting is the least of seconds, of the user's own training: a pause
	// costs a process, a checkpoint read and what was trained behind it.
	worthCutting = 10
)

// ladder is the rungs of a problem in epochs, ascending; nil where trainings are
// not cut: those that cannot be continued, show no curve or are over at once.
func ladder(p Problem, history []Trial) []int {
	own := epochsOf(history[0])
	if !p.Resumable || own == 0 || history[0].Seconds < worthCutting {
		return nil
	}
	var rungs []int
	for r := max(firstRung, int(math.Ceil(float64(own)/finest))); r < longestRung; r *= reduction {
		rungs = append(rungs, r)
	}
	return rungs
}

// epochsOf is how many epochs of a trial were seen.
func epochsOf(t Trial) int {
	if len(t.Curve) == 0 {
		return 0
	}
	return t.Curve[len(t.Curve)-1].Epoch
}

// until is the rung at which a training that has seen so many epochs is paused
// next; 0 is its end. A rung close to the end is not worth a pause.
func until(p Problem, history []Trial, values map[string]string, seen int) int {
	total := float64(epochsOf(history[0])) * longerBy(p, values)
	for _, r := range ladder(p, history) {
		if r <= seen {
			continue
		}
		if 3*float64(r) > 2*total {
			break
		}
		return r
	}
	return 0
}

// A standing is a trial at a rung.
type standing struct {
	trial Trial
	value float64
}

// field is who got to a rung, best first: those who began where all do.
func field(history []Trial, rung int, g gauge) []standing {
	var all []standing
	for _, t := range history {
		if epochsOf(t) >= rung && !t.Warm {
			all = append(all, standing{t, g.best(t.Curve, rung)})
		}
	}
	slices.SortStableFunc(all, func(a, b standing) int { return cmp.Compare(b.value, a.value) })
	return all
}

// ahead says which frozen trial has shown more than the best, of which nobody knows
// what it would have come to.
func ahead(p Problem, history []Trial, best arm) string {
	g, text := gaugeOf(p, history), ""
	if !g.goal {
		return ""
	}
	most := g.best(best.trials[0].Curve, math.MaxInt)
	for _, t := range history {
		if shown := g.best(t.Curve, epochsOf(t)); t.State == Paused && shown > most {
			most, text = shown, fmt.Sprintf("; trial %d, which was frozen after %d epochs, had shown %.3f by then", t.N, epochsOf(t), g.sign*shown)
		}
	}
	return text
}

// goOn says which paused trial deserves its next slice, if any does: one that
// has shown the target, a first guess that leads at its rung, or the best of a
// rung's top third. The last slice, two thirds of a training, is for these only:
// a guess that merely leads a poor field would waste it. When no trial can be
// started any more (last), the best of each rung is the field that there is.
func goOn(p Problem, history []Trial, last bool) (Action, bool) {
	rungs := ladder(p, history)
	if rungs == nil {
		return Action{}, false
	}
	g := gaugeOf(p, history)
	further := func(t Trial, format string, args ...any) (Action, bool) {
		return Action{Kind: Continue, Trial: t.N, Values: t.Values, Until: until(p, history, t.Values, epochsOf(t)), Move: t.Move,
			Why: fmt.Sprintf("trial %d ", t.N) + fmt.Sprintf(format, args...)}, true
	}
	for _, t := range history {
		if t.State == Paused && g.shows(t.Curve, p.Goal) {
			return further(t, "has shown the target within %d epochs: to its end", epochsOf(t))
		}
	}
	t := history[len(history)-1]
	if t.State == Paused && t.Move.guess() && until(p, history, t.Values, epochsOf(t)) != 0 {
		if epochsOf(t) <= rungs[0] {
			return further(t, "is a first guess: a second slice before it is compared")
		}
		if all := field(history, epochsOf(t), g); all[0].trial.N == t.N {
			return further(t, "leads %d others at %d epochs", len(all)-1, epochsOf(t))
		}
	}
	for _, rung := range slices.Backward(rungs) {
		all := field(history, rung, g)
		best := len(all) / reduction
		if last && len(all) > 0 {
			best = max(1, best)
		}
		for place, at := range all[:best] {
			if at.trial.State == Paused && epochsOf(at.trial) == rung {
				return further(at.trial, "is number %d of %d at %d epochs", place+1, len(all), rung)
			}
		}
	}
	return Action{}, false
}
