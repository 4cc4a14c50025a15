package search

import (
	"slices"
	"testing"
)

// drawn returns the values of many random draws, sorted.
func drawn(p Param) (all []float64) {
	rng := source(Problem{Version: Version}, 1)
	for range 300 {
		p.Value = p.random(rng)
		v, _ := p.value()
		all = append(all, v)
	}
	slices.Sort(all)
	return all
}

func TestDrawnWhereItMatters(t *testing.T) {
	depth := number("max_depth", "xgboost.XGBClassifier", "3", 1, 16, true)
	depth.Log = false
	for _, c := range []struct {
		param     Param
		low, high float64 // of the median
		from, to  float64 // of all
	}{
		{depth, 3, 5, 1, 16},
		{number("estimators", "sklearn.ensemble.RandomForestClassifier", "10", 1, 1000, true), 150, 260, 100, 400},
		{number("C", "sklearn.linear_model.LogisticRegression", "1.0", 1e-4, 1000, false), 0.3, 3, 1e-3, 300},
	} {
		all := drawn(c.param)
		if m := all[len(all)/2]; m < c.low || m > c.high || all[0] < c.from || all[len(all)-1] > c.to {
			t.Errorf("%s %s: from %g to %g, median %g", c.param.Model, c.param.Role, all[0], all[len(all)-1], m)
		}
	}
}

// Training for longer, which no curve asks for, is tried where it may help, and
// no more once it brought nothing.
func TestLonger(t *testing.T) {
	longerOf := func(owner, role, value string, history ...Trial) bool {
		p := Problem{Model: "tree", Goal: Goal{Target: 0.9}, Params: []Param{number(role, owner, value, 1, 1000, true)}}
		history = append([]Trial{{Score: new(float64), State: Done}}, history...)
		return slices.ContainsFunc(guesses(p, history, history[0]), func(c candidate) bool { return c.move == longer })
	}
	half, less := 0.5, 0.4
	better, vain := Trial{N: 1, Score: &half, Move: longer}, Trial{N: 2, Score: &less, Move: longer}
	for _, c := range []struct {
		owner, role, value string
		history            []Trial
		want               bool
	}{
		{"keras.Model.fit", "epochs", "20", nil, true},
		{"keras.Model.fit", "epochs", "20", []Trial{better}, true},
		{"keras.Model.fit", "epochs", "20", []Trial{better, vain}, false},
		{"xgboost.train", "rounds", "300", nil, false},
		{"sklearn.ensemble.RandomForestClassifier", "estimators", "200", nil, false},
	} {
		if got := longerOf(c.owner, c.role, c.value, c.history...); got != c.want {
			t.Errorf("%s %s after %d: %v", c.owner, c.value, len(c.history), got)
		}
	}
}
