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
	// reduction is how much longer a training is at the next rung, and the
	// share of a rung, one in so many, that goes on.
	reduction = 3
	// firstRung is the least of epochs that says anything about a training.
	firstRung = 2
	// slices is how many of the shortest slices make up the user's training.
	slices27 = 27
)

// ladder is the rungs of a problem in epochs, ascending; nil where trainings are
// not cut: those that cannot be continued, or that show no curve.
func ladder(p Problem, history []Trial) []int {
	own := length(history[0])
	if !p.Resumable || own == 0 {
		return nil
	}
	var rungs []int
	for r := max(firstRung, int(math.Ceil(float64(own)/slices27))); r < 1<<20; r *= reduction {
		rungs = append(rungs, r)
	}
	return rungs
}

// length is how many epochs of a trial were seen.
func length(t Trial) int {
	if len(t.Curve) == 0 {
		return 0
	}
	return t.Curve[len(t.Curve)-1].Epoch
}

// until is the rung at which a training that has seen so many epochs is paused
// next; 0 is its end. A rung close to the end is not worth a pause.
func until(p Problem, history []Trial, values map[string]string, seen int) int {
	total := float64(length(history[0])) * epochsRatio(p, values)
	for _, r := range ladder(p, history) {
		if r > seen {
			if 3*float64(r) > 2*total {
				return 0
			}
			return r
		}
	}
	return 0
}

// A standing is a trial at a rung.
type standing struct {
	trial Trial
	value float64
	// done tells that it got further already.
	done bool
}

// field is who got to a rung, best first.
func field(history []Trial, rung int, s scale1) []standing {
	var all []standing
	for _, t := range history {
		if y, ok := s.upTo(t.Curve, rung); ok {
			all = append(all, standing{t, y, t.State != Paused || length(t) > rung})
		}
	}
	slices.SortStableFunc(all, func(a, b standing) int { return cmp.Compare(b.value, a.value) })
	return all
}

// goOn says which paused trial deserves its next slice, if any does: one that
// has shown the target, a first guess that leads at its rung, or the best of a
// rung's top third.
func goOn(p Problem, history []Trial) (Action, bool) {
	rungs := ladder(p, history)
	if rungs == nil {
		return Action{}, false
	}
	s := scaleOf(history)
	for _, t := range history {
		if y, ok := s.upTo(t.Curve, length(t)); ok && t.State == Paused && s.target(y, p.Goal) {
			return further(p, history, t, fmt.Sprintf("trial %d has shown the target at %d epochs", t.N, length(t))), true
		}
	}
	if t := history[len(history)-1]; t.State == Paused && t.Move.guess() && leads(history, t, rungs[0], s) {
		return further(p, history, t, fmt.Sprintf("trial %d leads at %d epochs", t.N, length(t))), true
	}
	for _, rung := range slices.Backward(rungs) {
		all := field(history, rung, s)
		for place, at := range all[:len(all)/reduction] {
			if !at.done {
				return further(p, history, at.trial, fmt.Sprintf("trial %d is number %d of %d at %d epochs", at.trial.N, place+1, len(all), rung)), true
			}
		}
	}
	return Action{}, false
}

// leads tells whether a first guess is worth its next slice: it is given two,
// and then has to be ahead of all others.
func leads(history []Trial, t Trial, first int, s scale1) bool {
	if length(t) <= first {
		return true
	}
	all := field(history, length(t), s)
	return all[0].trial.N == t.N
}

func further(p Problem, history []Trial, t Trial, why string) Action {
	return Action{Kind: Continue, Trial: t.N, Values: t.Values, Until: until(p, history, t.Values, length(t)), Move: t.Move, Why: why}
}

// A scale1 reads how good a training is from a point of its curve.
type scale1 struct {
	name string
	sign float64 // -1 where less is better
}

// scaleOf chooses what the user's own curve has, validation data first.
func scaleOf(history []Trial) scale1 {
	for _, s := range []scale1{{"val_accuracy", 1}, {"val_loss", -1}, {"accuracy", 1}, {"loss", -1}} {
		for _, point := range history[0].Curve {
			if _, ok := point.Values[s.name]; ok {
				return s
			}
		}
	}
	return scale1{"", 1}
}

// upTo is the best value of the first epochs of a curve; ok is false where the
// training did not get so far.
func (s scale1) upTo(curve []Point, epoch int) (best float64, ok bool) {
	best = math.Inf(-1)
	for _, point := range curve {
		if v, has := point.Values[s.name]; has && point.Epoch <= epoch && s.sign*v > best {
			best = s.sign * v
		}
		ok = ok || point.Epoch >= epoch
	}
	return best, ok
}

// target tells whether a value is at the goal; a loss says nothing about it.
func (s scale1) target(y float64, g Goal) bool {
	return s.name == "val_accuracy" && y >= g.Target
}
