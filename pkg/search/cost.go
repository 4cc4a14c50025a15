package search

import (
	"math"
	"slices"
)

// lengths are the roles that say how long is trained.
var lengths = []string{"epochs", "rounds", "estimators", "max_iter"}

// remaining is the time left; limited is false where the budget names none.
func remaining(p Problem, history []Trial) (left float64, limited bool) {
	left = p.Budget.Seconds
	for _, t := range history {
		left -= t.Seconds
	}
	return left, p.Budget.Seconds > 0
}

// work is how much longer a configuration trains than the user's own, as far as
// the roles tell.
func work(p Problem, values map[string]string) float64 {
	w := 1.0
	for _, param := range p.Params {
		own, ok := param.value()
		now, ok2 := param.in(values).value()
		if !ok || !ok2 || own <= 0 || now <= 0 {
			continue
		}
		if slices.Contains(lengths, param.Role) {
			w *= now / own
		}
		if param.Role == "batch_size" {
			w *= own / now
		}
	}
	return w
}

// epochsRatio is how many more epochs a configuration trains than the user's own.
func epochsRatio(p Problem, values map[string]string) float64 {
	ratio := 1.0
	for _, param := range p.Params {
		own, ok := param.value()
		now, ok2 := param.in(values).value()
		if ok && ok2 && own > 0 && now > 0 && slices.Contains(lengths, param.Role) {
			ratio *= now / own
		}
	}
	return ratio
}

// afford shortens a candidate that would outlast the budget. The longest
// training so far gives the price of work: start-up weighs least in it.
func afford(p Problem, history []Trial, c candidate) candidate {
	left, limited := remaining(p, history)
	price, most := 0.0, 0.0
	for _, t := range history {
		if w := work(p, t.Values); w > most && t.Seconds > 0 {
			price, most = t.Seconds/w, w
		}
	}
	need := price * work(p, c.values)
	if !limited || need <= left {
		return c
	}
	n := 0
	for _, param := range p.Params {
		if slices.Contains(lengths, param.Role) {
			n++
		}
	}
	if n == 0 {
		return c
	}
	c.values = stretch(p.Params, c.values, math.Pow(left/need, 1/float64(n)))
	c.why += ", shortened to the time left"
	return c
}

// stretch multiplies whatever says how long is trained.
func stretch(params []Param, values map[string]string, factor float64) map[string]string {
	return scale(params, values, factor, lengths...)
}

// scale multiplies the numbers of some roles.
func scale(params []Param, values map[string]string, factor float64, roles ...string) map[string]string {
	out := copied(values)
	for _, p := range params {
		if v, ok := p.in(out).value(); ok && p.Kind == Number && slices.Contains(roles, p.Role) {
			p.set(out, p.format(v*factor))
		}
	}
	return out
}
