package search

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
)

// seeds is how many trainings of a source, each with another initialisation,
// make a mean where luck could explain a single one.
const seeds = 3

// unconfirmed is how many seeds an arm lacks of a mean; none where one failed.
func (a arm) unconfirmed(g Goal) int {
	if a.failed() || a.settled(g) {
		return 0
	}
	return seeds - a.confirmed().N
}

// settled tells whether another seed would say nothing new of the arm: it had
// all, or two that the script does not use.
func (a arm) settled(g Goal) bool { return a.confirmed().N >= seeds || a.seedless(g) }

// seedless tells whether two cold trainings of the arm were one and the same, by
// their values and all that their curves have. Equal shares of samples may be
// chance, equal losses are not.
func (a arm) seedless(g Goal) bool {
	var first *Trial
	for i, t := range a.trials {
		switch {
		case t.Lineage || t.judged() == nil || !lossy(t.Curve) && !g.telling(*t.judged()):
		case first == nil:
			first = &a.trials[i]
		default:
			return *t.judged() == *first.judged() && reflect.DeepEqual(t.Curve, first.Curve)
		}
	}
	return false
}

// real is how measures are named that are no share of samples.
var real = regexp.MustCompile(`(?i)mse|mae|mape|r2|loss|deviance|perplexity`)

// telling tells whether a value of the goal's measure is not had twice by chance:
// a real number that was not rounded to few digits.
func (g Goal) telling(v float64) bool {
	const digits = 4
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits-1, 64), 64)
	return real.MatchString(g.Metric) && rounded != v
}

// lossy tells whether a curve has values that are no shares of samples.
func lossy(curve []Point) bool {
	return slices.ContainsFunc(curve, func(p Point) bool {
		_, ok := value(p, "loss", "val_loss")
		return ok
	})
}

// winner is the best of ranked arms. One with a single training comes behind one
// with all seeds where its lead may be luck: of many that are no better, the
// luckiest has such a lead.
func winner(top []arm, g Goal) arm {
	first, once := top[0], top[0].confirmed()
	i := slices.IndexFunc(top, func(a arm) bool { return a.settled(g) && !a.failed() })
	if first.unconfirmed(g) == 0 || i < 0 {
		return first
	}
	c := top[i].confirmed()
	luck := 2 * c.SD
	if g.accuracy() {
		luck = g.noise(once.Mean, first.trials[0].Samples)
	}
	if g.lead(once.Mean)-g.lead(c.Mean) <= luck {
		return top[i]
	}
	return first
}

// reached returns an arm whose source is at the target, as far as is known, and
// whether that can stand: its lead is beyond the noise of the set that it was
// evaluated on, or it is the mean of several seeds. A model that reached it
// through its lineage asks for a cold training of its source.
func reached(arms []arm, g Goal) (hit *arm, sure bool) {
	for i, a := range arms {
		c := a.confirmed()
		switch {
		case a.failed():
			continue
		case c.N == 0 && a.lineage(g) == nil, c.N > 0 && !g.met(c.Mean):
			continue
		case a.settled(g), c.N > 0 && g.lead(c.Mean) >= g.noise(g.Target, a.trials[0].Samples):
			return &arms[i], true
		}
		if hit == nil {
			hit = &arms[i]
		}
	}
	return hit, false
}

// Refuted counts the configurations that were at the target with one seed and
// are not with more: among many, one holds by luck.
func Refuted(history []Trial, g Goal) (n int) {
	for _, a := range armsOf(history) {
		first := a.source()
		if c := a.confirmed(); c.N > 1 && !g.met(c.Mean) && g.met(*history[*first].judged()) {
			n++
		}
	}
	return n
}

// few is how many samples a set is taken to have whose size is unknown.
const few = 100

// noise is the standard error of a value, say the target. For what is no share of
// the samples there is no such formula, and seeds decide.
func (g Goal) noise(value float64, samples int) float64 {
	switch {
	case !g.accuracy():
		return math.Inf(1)
	case samples == 0:
		samples = few
	}
	return Noise(value, samples)
}

// Noise is the standard error of a share measured on so many samples.
func Noise(share float64, samples int) float64 {
	if samples <= 0 {
		return 0
	}
	return math.Sqrt(max(0, share*(1-share)) / float64(samples))
}

// confirm trains an arm's source again, cold, with the next seed.
func confirm(a arm, g Goal) Action {
	t := a.trials[0]
	action := Action{Kind: Confirm, Values: copied(t.Values), Parent: &t.N, Seed: int64(len(a.trials)), Move: t.Move}
	c, next, of := a.confirmed(), a.drawn()+1, fmt.Sprintf("%d samples", t.Samples)
	if t.Samples == 0 {
		of = fmt.Sprintf("%d samples, as their number is unknown", few)
	}
	switch {
	case c.N == 0:
		action.Why = fmt.Sprintf("the model of trial %d reached the target through its lineage: its source again, cold", t.N)
	case g.Best:
		action.Why = fmt.Sprintf("trial %d is the best: again with another seed, %d of %d", t.N, next, seeds)
	case math.IsInf(g.noise(g.Target, t.Samples), 1):
		action.Why = fmt.Sprintf("trial %d leads the target by %.3g: again with another seed, %d of %d", t.N, g.lead(c.Mean), next, seeds)
	default:
		action.Why = fmt.Sprintf("trial %d leads the target by %.3f, within the noise of %s (%.3f): again with another seed, %d of %d",
			t.N, g.lead(c.Mean), of, g.noise(g.Target, t.Samples), next, seeds)
	}
	return action
}
