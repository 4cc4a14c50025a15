package search

import (
	"cmp"
	"math"
)

// A gauge reads how good a training is from the points of its curve.
type gauge struct {
	name string  // of the value
	sign float64 // -1 where less is better
	goal bool    // the value is in the goal's unit
}

// gaugeOf chooses what the user's own curve has: validation data first, then
// what the goal is about before the loss.
func gaugeOf(p Problem, history []Trial) gauge {
	metric, sign := cmp.Or(p.Goal.Metric, "accuracy"), 1.0
	if p.Goal.Minimise {
		sign = -1
	}
	for _, g := range []gauge{{"val_" + metric, sign, true}, {"val_loss", -1, false}, {metric, sign, false}, {"loss", -1, false}} {
		for _, point := range history[0].Curve {
			if _, ok := point.Values[g.name]; ok {
				return g
			}
		}
	}
	return gauge{}
}

// best is the best value of the first epochs of a curve, the greater the better
// whatever the gauge.
func (g gauge) best(curve []Point, epochs int) float64 {
	best := math.Inf(-1)
	for _, point := range curve {
		if v, ok := point.Values[g.name]; ok && point.Epoch <= epochs {
			best = max(best, g.sign*v)
		}
	}
	return best
}

// shows tells whether a curve was at the goal; a loss, or training data, says
// nothing about that.
func (g gauge) shows(curve []Point, goal Goal) bool {
	for _, point := range curve {
		if v, ok := point.Values[g.name]; ok && g.goal && goal.met(v) {
			return true
		}
	}
	return false
}
