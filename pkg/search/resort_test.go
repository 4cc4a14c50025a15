package search

import "testing"

// neighbours is a program whose estimator may become one of two others.
func neighbours(trials int, seconds float64) Problem {
	const model = "sklearn.neighbors.KNeighborsClassifier"
	return Problem{Model: "neighbors", Family: "sklearn", Goal: Goal{Target: 0.9}, Budget: Budget{Trials: trials, Seconds: seconds}, Version: Version, Params: []Param{
		number("neighbors", model, "50", 1, 50, true),
		choice("estimator", model, "KNN(50)", "KNN(50)", "Forest()", "SVC()"),
		number("components", "sklearn.decomposition.PCA", "2", 1, 8, true),
	}}
}

// TestEstimatorIsTheLastResort holds when other estimators are tried, and that
// each is tried once, with what the best trial has that it does not take.
func TestEstimatorIsTheLastResort(t *testing.T) {
	small := neighbours(40, 0) // all but the estimators is soon tried
	small.Params[0].High, small.Params[0].Value, small.Params[2].High = 2, "2", 2
	for name, c := range map[string]struct {
		problem Problem
		first   int // trial with another estimator, at the earliest
		last    int
	}{
		"by trials":    {neighbours(12, 0), 10, 10},
		"few trials":   {neighbours(3, 0), 2, 2},
		"one more":     {neighbours(2, 0), 2, 2},
		"by time":      {neighbours(40, 12), 8, 8}, // a trial takes a second
		"nothing else": {small, 2, 10},
	} {
		history, end := play(c.problem, func(func(string) float64, func(string, string) bool) (float64, []Point) { return 0.5, nil })
		first, had := len(history), map[string]bool{}
		for i, trial := range history {
			for _, p := range c.problem.Params {
				v := trial.Values[p.ID]
				if !estimator(p) || v == "" {
					continue
				}
				if had[v] {
					t.Errorf("%s: %s was tried twice", name, v)
				}
				first, had[v] = min(first, i), true
				if _, ok := trial.Values[c.problem.Params[0].ID]; ok {
					t.Errorf("%s: trial %d sets the neighbours of another estimator: %v", name, i, trial.Values)
				}
			}
		}
		if end.Verdict != "exhausted" || first < c.first || first > c.last {
			t.Errorf("%s: the first other estimator is trial %d of %d, want %d to %d", name, first, len(history), c.first, c.last)
		}
	}
}

func TestEstimatorReaches(t *testing.T) {
	p := neighbours(12, 0)
	history, end := play(p, func(read func(string) float64, has func(string, string) bool) (float64, []Point) {
		if has("estimator", "SVC") {
			return 0.5 + min(read("components"), 8)/16, nil
		}
		return 0.4 + read("components")/100, nil
	})
	if end.Verdict != "reached" || len(history) != 12 {
		t.Errorf("%s after %d trials: %s", end.Verdict, len(history), end.Why)
	}
}
