package search

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
)

// seeds is how many trainings of a source, each with another initialisation,
// make a mean where luck could explain a single one.
const seeds = 3

// An arm is a configuration with all its trials: one, and another for each
// confirmation.
type arm struct {
	key    string
	trials []Trial
}

// armsOf groups trials by configuration, in the order of their first trials.
func armsOf(history []Trial) []arm {
	var arms []arm
	at := map[string]int{}
	for _, t := range history {
		k := key(t.Values)
		i, known := at[k]
		if !known {
			i = len(arms)
			at[k] = i
			arms = append(arms, arm{key: k})
		}
		arms[i].trials = append(arms[i].trials, t)
	}
	return arms
}

func tried(arms []arm, values map[string]string) bool {
	k := key(values)
	for _, a := range arms {
		if a.key == k {
			return true
		}
	}
	return false
}

// Confirmed is what several trainings of one source gave.
type Confirmed struct {
	Mean float64
	SD   float64 // of the sample; 0 for a single training
	N    int     // cold trainings that gave a score
}

// Confirmation sums up the trials that share the configuration of trial n.
func Confirmation(history []Trial, n int) Confirmed {
	for _, a := range armsOf(history) {
		for _, t := range a.trials {
			if t.N == n {
				return a.confirmed()
			}
		}
	}
	return Confirmed{}
}

// judged is the value that decides about a trial.
func (t Trial) judged() *float64 {
	if t.Judge != nil {
		return t.Judge
	}
	return t.Score
}

// confirmed sums up what judges the arm's source: its cold trainings.
func (a arm) confirmed() Confirmed {
	return a.sum(func(t Trial) *float64 {
		if t.Lineage {
			return nil
		}
		return t.judged()
	})
}

func (a arm) sum(value func(Trial) *float64) Confirmed {
	var c Confirmed
	for _, t := range a.trials {
		if v := value(t); v != nil {
			c.N++
			c.Mean += (*v - c.Mean) / float64(c.N)
		}
	}
	for _, t := range a.trials {
		if v := value(t); v != nil && c.N > 1 {
			c.SD += (*v - c.Mean) * (*v - c.Mean) / float64(c.N-1)
		}
	}
	c.SD = math.Sqrt(c.SD)
	return c
}

// ranked sorts arms by their mean score, best first: those that keep the
// constraints, those that break one, and last those without a score.
func ranked(arms []arm, g Goal) []arm {
	lead := func(a arm) float64 {
		if c := a.sum(func(t Trial) *float64 { return t.Score }); c.N > 0 {
			return g.lead(c.Mean)
		}
		return math.Inf(-1)
	}
	sorted := append([]arm(nil), arms...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := lead(sorted[i]), lead(sorted[j])
		if sorted[i].broken() != sorted[j].broken() && !math.IsInf(a, -1) && !math.IsInf(b, -1) {
			return sorted[j].broken()
		}
		return a > b
	})
	return sorted
}

// lineage returns the trial whose model reached the target by more than its
// source: it was continued approximately, or grown.
func (a arm) lineage(g Goal) *Trial {
	for i, t := range a.trials {
		if v := t.judged(); t.Lineage && !t.Broken && v != nil && g.met(*v) {
			return &a.trials[i]
		}
	}
	return nil
}

// broken tells whether a training of the arm is.
func (a arm) broken() bool {
	return slices.ContainsFunc(a.trials, func(t Trial) bool { return t.Broken })
}

// failed tells whether a cold training of the arm gave no value, or is broken.
func (a arm) failed() bool {
	for _, t := range a.trials {
		if (t.State == Done || t.State == Failed) && !t.Lineage && (t.judged() == nil || t.Broken) {
			return true // a seed that fails confirms nothing
		}
	}
	return false
}

// source is the number of the arm's first cold training that gave a value.
func (a arm) source() *int {
	for i, t := range a.trials {
		if !t.Lineage && t.judged() != nil {
			return &a.trials[i].N
		}
	}
	return nil
}

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

// winner is the best of ranked arms. One training that leads the mean of all
// seeds by no more than luck explains comes behind it: the luckiest of many does.
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

// drawn is how many cold trainings of the arm's source there are, those that run among them.
func (a arm) drawn() (n int) {
	for _, t := range a.trials {
		if !t.Lineage && (t.State == Running || t.judged() != nil) {
			n++
		}
	}
	return n
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
