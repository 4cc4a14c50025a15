package search

import "fmt"

// diagnosis reads the learning curve of the user's own code and turns it into
// the first thing to try.
func diagnosis(p Problem, base Trial) (candidate, bool) {
	first, last, ok := ends(base.Curve)
	if !ok {
		return candidate{}, false
	}
	score, _ := value(last, "val_accuracy", "accuracy")
	before, _ := value(first, "val_accuracy", "accuracy")
	epochs := len(base.Curve)
	switch {
	case score-before > 0.02 && score < p.Goal.Target && rising(base.Curve):
		// A straight line says how much longer; three times at least.
		more := 3.0
		if slope := (score - before) / float64(max(1, epochs-1)); slope > 0 {
			more = min(8, max(more, 1+2*(p.Goal.Target-score)/slope/float64(epochs)))
		}
		values := stretch(p.Params, nil, more)
		return candidate{values, fmt.Sprintf("still rising after %d epochs: train %.0f times as long", epochs, more)}, true
	case epochs > 3 && overfit(base.Curve):
		values := map[string]string{}
		for _, param := range p.Params {
			if param.Role == "dropout" {
				param.set(values, param.format(0.4))
			}
			if param.Role == "l2" {
				param.set(values, param.format(1e-4))
			}
		}
		return candidate{values, "training goes on to improve while validation does not: regularise"}, true
	}
	return candidate{}, false
}

func ends(curve []Point) (first, last Point, ok bool) {
	if len(curve) < 2 {
		return first, last, false
	}
	return curve[0], curve[len(curve)-1], true
}

// value returns the first of the named values that a point has.
func value(p Point, names ...string) (float64, bool) {
	for _, name := range names {
		if v, ok := p.Values[name]; ok {
			return v, true
		}
	}
	return 0, false
}

// rising tells whether the last third of a curve still climbs.
func rising(curve []Point) bool {
	at := len(curve) - 1 - max(1, len(curve)/3)
	then, ok := value(curve[at], "val_accuracy", "accuracy")
	now, ok2 := value(curve[len(curve)-1], "val_accuracy", "accuracy")
	return ok && ok2 && now-then > 0.005
}

// overfit tells whether the data trained on is learned much better than the
// data held out.
func overfit(curve []Point) bool {
	last := curve[len(curve)-1]
	train, ok := last.Values["accuracy"]
	val, ok2 := last.Values["val_accuracy"]
	return ok && ok2 && train-val > 0.15
}
