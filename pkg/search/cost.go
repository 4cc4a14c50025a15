package search

import (
	"math"
	"slices"
)

// lengths are the roles that say how long is trained.
var lengths = []string{"epochs", "steps", "rounds", "estimators", "max_iter"}

// longerBy is how many more epochs a configuration trains than the user's own,
// as far as the roles tell.
func longerBy(p Problem, values map[string]string) float64 {
	return product(p, values, func(role string) float64 {
		if slices.Contains(lengths, role) {
			return 1
		}
		return 0
	})
}

// work is how much longer a configuration trains: more epochs, smaller batches.
func work(p Problem, values map[string]string) float64 {
	return longerBy(p, values) * product(p, values, func(role string) float64 {
		if role == "batch_size" {
			return -1
		}
		return 0
	})
}

// product multiplies the ratios of a configuration's numbers to the user's own,
// each to a power by its role.
func product(p Problem, values map[string]string, power func(role string) float64) float64 {
	all := 1.0
	for _, param := range p.Params {
		own, ok := param.value()
		now, ok2 := param.in(values).value()
		if ok && ok2 && own > 0 && now > 0 {
			all *= math.Pow(now/own, power(param.Role))
		}
	}
	return all
}

// slack is by how much a training may be expected to outlast the budget: prices
// are rough.
const slack = 1.5

// afford shortens a candidate that would outlast the budget, and tells whether
// it then gives something. A training that is cut has no value, and one shorter
// than the user's own learns too little, unless it starts from the best model.
func afford(p Problem, history []Trial, best Trial, c candidate) (candidate, bool) {
	left, limited := remaining(p, history)
	unit := price(p, history)
	need := unit * work(p, c.values)
	if !limited || need <= left {
		return c, true
	}
	n := 0
	for _, param := range p.Params {
		if slices.Contains(lengths, param.Role) {
			n++
		}
	}
	if n > 0 {
		c.values = stretch(p.Params, c.values, math.Pow(left/need, 1/float64(n)))
		c.why += ", shortened to the time left"
		c = c.from(p, best)
	}
	return c, c.warm || longerBy(p, c.values) >= 1 && unit*work(p, c.values) <= slack*left
}

// price is the seconds that a training of the user's own length takes, by the
// longest whole training so far: start-up weighs least in it.
func price(p Problem, history []Trial) float64 {
	price, most := 0.0, 0.0
	for _, t := range history {
		if w := work(p, t.Values); w > most && t.Seconds > 0 && t.State == Done && !t.Partly {
			price, most = t.Seconds/w, w
		}
	}
	return price
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
