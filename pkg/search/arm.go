package search

import (
	"cmp"
	"math"
	"slices"
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
	return slices.ContainsFunc(arms, func(a arm) bool { return a.key == k })
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
	class := func(a arm) int {
		switch {
		case math.IsInf(lead(a), -1):
			return 2
		case a.broken():
			return 1
		}
		return 0
	}
	sorted := slices.Clone(arms)
	slices.SortStableFunc(sorted, func(a, b arm) int { return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(lead(b), lead(a))) })
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

// drawn is how many cold trainings of the arm's source there are, those that run among them.
func (a arm) drawn() (n int) {
	for _, t := range a.trials {
		if !t.Lineage && (t.State == Running || t.judged() != nil) {
			n++
		}
	}
	return n
}
