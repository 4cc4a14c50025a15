package search

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
)

// A candidate is a configuration with its reason.
type candidate struct {
	values map[string]string
	why    string
}

// key is equal for equal configurations.
func key(values map[string]string) string {
	var parts []string
	for id, v := range values {
		parts = append(parts, id+"="+v)
	}
	sort.Strings(parts)
	return strings.Join(parts, "\n")
}

// source is the randomness of a decision: the run's seed and the number of
// trials before, so that it can be replayed.
func source(p Problem, n int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(p.Version)))
	return rand.New(rand.NewPCG(uint64(p.Seed), h.Sum64()+uint64(n)))
}

// value reads the parameter's own value; ok is false for what is no number,
// say "'scale'" or None.
func (p Param) value() (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(p.Value, "_", ""), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// format writes a number as source text, inside the domain.
func (p Param) format(v float64) string {
	v = min(max(v, p.Low), p.High)
	if p.Int {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	// Two digits are all that a search can tell apart.
	text := strconv.FormatFloat(v, 'g', 2, 64)
	if rounded, err := strconv.ParseFloat(text, 64); err == nil && (rounded < p.Low || rounded > p.High) {
		text = strconv.FormatFloat(v, 'g', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// set puts a value into a configuration, unless it is the user's own.
func (p Param) set(values map[string]string, text string) {
	if own, ok := p.value(); ok {
		if v, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(v-own) <= 1e-12*math.Abs(own) {
			delete(values, p.ID)
			return
		}
	}
	if text == p.Value {
		delete(values, p.ID)
		return
	}
	values[p.ID] = text
}

// random draws from the whole domain.
func (p Param) random(rng *rand.Rand) string {
	if p.Kind == Choice {
		return p.Choices[rng.IntN(len(p.Choices))]
	}
	if p.Log && p.Low > 0 {
		return p.format(math.Exp(math.Log(p.Low) + rng.Float64()*(math.Log(p.High)-math.Log(p.Low))))
	}
	return p.format(p.Low + rng.Float64()*(p.High-p.Low))
}

// near draws around a value.
func (p Param) near(text string, rng *rand.Rand) string {
	v, err := strconv.ParseFloat(text, 64)
	if p.Kind == Choice || err != nil {
		return p.random(rng)
	}
	if p.Log && p.Low > 0 && v > 0 {
		return p.format(v * math.Exp(rng.NormFloat64()*0.15*(math.Log(p.High)-math.Log(p.Low))))
	}
	return p.format(v + rng.NormFloat64()*0.15*(p.High-p.Low))
}

// propose varies the best configuration, or draws a new one.
func propose(p Problem, best Trial, rng *rand.Rand) candidate {
	values := map[string]string{}
	if rng.Float64() < 0.3 {
		for _, param := range p.Params {
			if param.Role != "layers" && rng.Float64() < 0.5 {
				param.set(values, param.random(rng))
			}
		}
		return candidate{values, "a random point of the space"}
	}
	for id, v := range best.Values {
		values[id] = v
	}
	for _, param := range p.Params {
		if rng.Float64() >= max(0.35, 1/float64(len(p.Params))) {
			continue
		}
		now, ok := values[param.ID]
		if !ok {
			now = param.Value
		}
		param.set(values, param.near(now, rng))
	}
	return candidate{values, "a variation of trial " + strconv.Itoa(best.N)}
}
