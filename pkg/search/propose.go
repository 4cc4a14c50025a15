package search

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
)

const (
	// draws is how many proposals are made before the space counts as used up.
	draws = 200
	// scouts is how many trials come before the best are varied, and how many of
	// them for each parameter: few say little about where the best lies.
	scouts, scoutsEach = 12, 4
	// varied is the share of variations among later proposals.
	varied = 0.4
	// inserted is how often a random point says what the source leaves to the
	// framework, whose defaults are sane.
	inserted = 0.3
)

// source is the randomness of a decision: the run's seed and the number of
// trials before, so that it can be replayed.
func source(p Problem, n int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(p.Version)))
	return rand.New(rand.NewPCG(uint64(p.Seed), h.Sum64()+uint64(n)))
}

// proposals draws new points, and later varies the best. Where trainings are cut
// at rungs it draws only: there variations crowd the rungs with what is alike
// (see bench).
func proposals(p Problem, history []Trial, top []arm) []candidate {
	n := len(history)
	rng := source(p, n)
	draw := n < min(scouts, scoutsEach*len(p.Params)) || ladder(p, history) != nil
	var all []candidate
	for range draws {
		if draw || rng.Float64() >= varied {
			all = append(all, anywhere(p, rng))
			continue
		}
		all = append(all, around(p, top[rng.IntN(min(3, len(top)))].trials[0], rng))
	}
	return all
}

// anywhere draws a point of the space.
func anywhere(p Problem, rng *rand.Rand) candidate {
	values := map[string]string{}
	for _, param := range p.Params {
		if !param.Insert || rng.Float64() < inserted {
			param.set(values, param.random(rng))
		}
	}
	return candidate{values: values, why: "a random point of the space", move: Random}
}

// around changes about a third of a trial's parameters a little.
func around(p Problem, t Trial, rng *rand.Rand) candidate {
	values := copied(t.Values)
	for _, param := range p.Params {
		if rng.Float64() < max(0.35, 1/float64(len(p.Params))) {
			param.set(values, param.near(param.in(values), rng))
		}
	}
	return candidate{values: values, why: fmt.Sprintf("a variation of trial %d", t.N), parent: t.N, move: Variation}
}

// reach is the part of the domain worth a random draw: three times the sane
// band to either side, where there is one. A forest is never the worse for its
// trees, so that fewer than the band has lose accuracy and more lose time.
func (p Param) reach() (low, high float64) {
	b, ok := sane(p)
	margin := 3.0
	if p.Role == "estimators" && forest(p.Model) {
		margin = 1
	}
	low, high = max(p.Low, b.low/margin), min(p.High, b.high*margin)
	if !ok || low >= high {
		return p.Low, p.High
	}
	return low, high
}

// powers tells whether draws are spread by powers: as on a log scale, so of a
// tree's depth, each level of which doubles the leaves.
func (p Param) powers() bool { return p.Log || p.Role == "max_depth" }

func (p Param) random(rng *rand.Rand) string {
	if p.Kind == Choice {
		return p.Choices[rng.IntN(len(p.Choices))]
	}
	low, high := p.reach()
	if p.powers() && low > 0 {
		return p.format(math.Exp(math.Log(low) + rng.Float64()*(math.Log(high)-math.Log(low))))
	}
	return p.format(low + rng.Float64()*(high-low))
}

// near draws around the value that the parameter has in now, anew where that is
// outside the domain: a max_depth of -1, a weight decay of 0.
func (p Param) near(now Param, rng *rand.Rand) string {
	v, ok := now.value()
	if p.Kind == Choice || !ok || v < p.Low || v > p.High {
		return p.random(rng)
	}
	low, high := p.reach()
	if p.powers() && low > 0 && v > 0 {
		return p.format(v * math.Exp(rng.NormFloat64()*0.15*(math.Log(high)-math.Log(low))))
	}
	return p.format(v + rng.NormFloat64()*0.15*(high-low))
}
