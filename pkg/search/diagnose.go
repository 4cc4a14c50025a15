package search

import (
	"fmt"
	"math"
	"slices"
)

// diagnosis reads a trial's learning curve, or its bare score, and says in one
// line each what to try next from there, best first.
func diagnosis(p Problem, t Trial) []candidate {
	to := func(name string, values map[string]string, why string, args ...any) candidate {
		return candidate{values: values, why: fmt.Sprintf(why, args...), parent: t.N, move: Diagnosis.named(name)}
	}
	rate := func(factor float64) map[string]string { return scale(p.Params, t.Values, factor, "learning_rate") }
	wider := func() map[string]string { return scale(p.Params, t.Values, 4, "width", "filters", "leaves") }
	switch {
	case diverged(t):
		return []candidate{to("diverged", rate(0.1), "the loss diverged: a tenth of the learning rate"),
			to("diverged", rate(0.01), "the loss diverged: a hundredth of the learning rate")}
	case atChance(t):
		const scaled = "(are the inputs scaled, and do loss and last activation belong together?)"
		return []candidate{to("at chance", rate(10), "no better than chance: ten times the learning rate %s", scaled),
			to("at chance", rate(0.1), "no better than chance: a tenth of the learning rate %s", scaled)}
	case rising(t.Curve):
		factor := stretched(t.Curve, p.Goal)
		return []candidate{to("still rising", stretch(p.Params, t.Values, factor),
			"still improving after %d epochs: train %.0f times as long", epochsOf(t), factor)}
	case overfit(t.Curve):
		return []candidate{to("overfit", regularised(p, t.Values), "training goes on to improve while validation does not: regularise")}
	case noisy(t):
		return []candidate{to("noisy", rate(0.3), "validation jumps by %.3f from epoch to epoch: a third of the learning rate", jump(t.Curve))}
	case underfit(t.Curve, p.Goal):
		return []candidate{to("underfit", wider(), "flat and underfit: four times as wide"),
			to("underfit", layered(p, t.Values), "flat and underfit: one more layer").from(p, t)}
	case len(t.Curve) > 2:
		return []candidate{to("plateau", rate(0.3), "no gain over the last of %d epochs: a third of the learning rate", epochsOf(t))}
	}
	return nil
}

// noisy tells whether validation moves from epoch to epoch by more than the set
// it is measured on explains.
func noisy(t Trial) bool {
	return t.Score != nil && jump(t.Curve) > max(0.03, 2*Noise(*t.Score, t.Samples))
}

// jump is the mean change of the validation accuracy between the epochs of a
// curve's second half.
func jump(curve []Point) float64 {
	half := curve[len(curve)/2:]
	if len(half) < 3 {
		return 0
	}
	sum := 0.0
	for i, point := range half[1:] {
		sum += math.Abs(point.Values["val_accuracy"] - half[i].Values["val_accuracy"])
	}
	return sum / float64(len(half)-1)
}

// diverged tells whether the loss became infinite or ended far above its start.
// JSON knows no NaN, so a loss that is gone at the end counts as well.
func diverged(t Trial) bool {
	if len(t.Curve) == 0 {
		return false
	}
	first, ok := value(t.Curve[0], "loss", "val_loss")
	last, ok2 := value(t.Curve[len(t.Curve)-1], "loss", "val_loss")
	return ok && (!ok2 || math.IsNaN(last) || math.IsInf(last, 0) || last > 3*math.Abs(first)+1)
}

// atChance tells whether nothing was learned that guessing does not give.
func atChance(t Trial) bool {
	return t.Score != nil && t.Chance > 0 && *t.Score <= t.Chance+max(0.02, Noise(t.Chance, t.Samples)) && !rising(t.Curve)
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

// byHeart is the accuracy on the data trained on from which there is nothing more
// to learn of it: validation moves by chance then.
const byHeart = 0.995

// rising tells whether the last third of a curve still gains accuracy or, where
// none is recorded, still loses loss.
func rising(curve []Point) bool {
	if len(curve) < 2 {
		return false
	}
	last := curve[len(curve)-1]
	if last.Values["accuracy"] >= byHeart {
		return false
	}
	then := curve[len(curve)-1-max(1, len(curve)/3)]
	if now, ok := value(last, "val_accuracy", "accuracy"); ok {
		before, ok := value(then, "val_accuracy", "accuracy")
		return ok && now-before > 0.005
	}
	now, ok := value(last, "val_loss", "loss")
	before, ok2 := value(then, "val_loss", "loss")
	return ok && ok2 && before > 0 && now < 0.98*before
}

// stretched is how many times as long a rising curve needs by a straight line, at
// least 3, at most 8.
func stretched(curve []Point, g Goal) float64 {
	before, ok := value(curve[0], "val_accuracy", "accuracy")
	now, ok2 := value(curve[len(curve)-1], "val_accuracy", "accuracy")
	slope := (now - before) / float64(len(curve)-1)
	if !ok || !ok2 || slope <= 0 || !g.accuracy() {
		return 3
	}
	return math.Round(min(8, max(3, 1+2*(g.Target-now)/slope/float64(len(curve)))))
}

// overfit tells whether the data trained on is learned much better than the
// data held out.
func overfit(curve []Point) bool {
	if len(curve) < 4 {
		return false
	}
	train, ok := curve[len(curve)-1].Values["accuracy"]
	val, ok2 := curve[len(curve)-1].Values["val_accuracy"]
	return ok && ok2 && train-val > 0.15
}

// underfit tells whether not even the data trained on is learned.
func underfit(curve []Point, g Goal) bool {
	if len(curve) < 2 || !g.accuracy() {
		return false
	}
	train, ok := curve[len(curve)-1].Values["accuracy"]
	return ok && train < g.Target
}

// regularised adds what keeps a network from learning by heart, and more of it
// each time. A layer of dropout comes in where there is none.
func regularised(p Problem, values map[string]string) map[string]string {
	out := copied(values)
	for _, param := range p.Params {
		switch param.Role {
		case "dropout":
			param.raise(out, 0.4)
		case "dropout_layer":
			at := slices.Index(param.Choices, param.in(values).Value)
			param.set(out, param.Choices[min(at+1, len(param.Choices)-1)])
		case "l2":
			param.raise(out, 1e-3)
		}
	}
	return out
}

// raise sets a number that is less in a configuration.
func (p Param) raise(values map[string]string, least float64) {
	if v, ok := p.in(values).value(); ok && v < least {
		p.set(values, p.format(least))
	}
}

// layered adds a layer where the program has a place for one.
func layered(p Problem, values map[string]string) map[string]string {
	out := copied(values)
	for _, param := range p.Params {
		if param.Role == "layers" && len(param.Choices) > 1 {
			param.set(out, param.Choices[1])
		}
	}
	return out
}
