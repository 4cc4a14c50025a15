package search

import (
	"fmt"
	"math"
	"sort"
)

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
	N    int     // trainings that gave a score
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

// confirmed sums up what judges the arm.
func (a arm) confirmed() Confirmed {
	return a.sum(func(t Trial) *float64 {
		if t.Judge != nil {
			return t.Judge
		}
		return t.Score
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

// ranked sorts arms by their mean, best first; arms without a score come last.
func ranked(arms []arm) []arm {
	mean := func(a arm) float64 {
		if c := a.sum(func(t Trial) *float64 { return t.Score }); c.N > 0 {
			return c.Mean
		}
		return -1
	}
	sorted := append([]arm(nil), arms...)
	sort.SliceStable(sorted, func(i, j int) bool { return mean(sorted[i]) > mean(sorted[j]) })
	return sorted
}

// reached returns an arm whose mean is at the target, and whether that can
// stand: it was trained with two seeds, or its lead is beyond the noise of the
// set it was evaluated on. Where the set's size is unknown, so is the noise, and
// the value is taken as it is.
func reached(arms []arm, target float64) (hit *arm, sure bool) {
	for i, a := range arms {
		c := a.confirmed()
		if c.N < len(a.trials) || c.N == 0 || c.Mean < target {
			continue // a seed that fails confirms nothing
		}
		if c.N > 1 || c.Mean-target >= noise(target, a.trials[0].Samples) {
			return &arms[i], true
		}
		if hit == nil {
			hit = &arms[i]
		}
	}
	return hit, false
}

// noise is the standard error of a share measured on so many samples.
func noise(share float64, samples int) float64 {
	if samples <= 0 {
		return 0
	}
	return math.Sqrt(max(0, share*(1-share)) / float64(samples))
}

func confirm(a arm, target float64) Action {
	t := a.trials[0]
	values := copied(t.Values)
	why := fmt.Sprintf("trial %d leads the target by %.3f, within the noise of %d samples (%.3f): again with another seed",
		t.N, *t.Score-target, t.Samples, noise(target, t.Samples))
	return Action{Kind: Confirm, Values: values, Parent: &t.N, Seed: int64(len(a.trials)), Why: why}
}
