package search

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A candidate is a configuration with its reason.
type candidate struct {
	values map[string]string
	why    string
	parent int // the trial that values derive from
	move   Move
	warm   bool // starts from the saved model of parent
}

// candidates are what to try next, best first. Another estimator, which is
// another model than the user's, comes last: when all else was tried, or in the
// last third of the budget.
func candidates(p Problem, history []Trial, top []arm) []candidate {
	best := top[0].trials[0]
	own := p
	own.Params = slices.DeleteFunc(slices.Clone(p.Params), estimator)
	last := resorts(p, history, best)
	usual := append(guesses(own, history, best), proposals(own, history, top)...)
	if late(p, history) {
		return append(last, usual...)
	}
	return append(usual, last...)
}

// guesses are the first candidates, best first: all repairs at once, what the
// diagnosis of the best trial says, the recipes, single repairs, a layer.
func guesses(p Problem, history []Trial, best Trial) []candidate {
	base := history[0]
	var all []candidate
	outliers := repairs(p.Params)
	joint := map[string]string{}
	var why []string
	for _, r := range outliers {
		r.param.set(joint, r.to)
		why = append(why, r.why)
	}
	repaired := candidate{values: joint, why: strings.Join(why, ", "), parent: base.N, move: Repair}
	next := diagnosis(p, best)
	if len(outliers) > 0 && outliers[0].far < mild {
		all = append(append(all, next...), repaired)
	} else {
		all = append(append(all, repaired), next...)
	}
	for _, r := range recipesFor(p) {
		all = append(all, candidate{values: r.apply(p.Params), why: r.why(), parent: base.N, move: FromBook.named(r.Name)})
	}
	if long := stretch(p.Params, best.Values, 3); !overfit(best.Curve) && usual(p, long) && !vain(history, p.Goal) {
		all = append(all, candidate{values: long, why: "three times as long", parent: best.N, move: longer})
	}
	for _, r := range outliers {
		single := map[string]string{}
		r.param.set(single, r.to)
		all = append(all, candidate{values: single, why: r.why, parent: base.N, move: Repair})
	}
	if overfit(best.Curve) {
		return all
	}
	deeper := candidate{values: layered(p, best.Values), why: "one more layer", parent: best.N, move: Diagnosis.named("deeper")}
	return append(all, deeper.from(p, best))
}

// longer is the move that trains for longer though no curve asks for it.
const longer = Diagnosis + ": longer"

// vain tells whether training for longer has brought nothing already.
func vain(history []Trial, g Goal) bool {
	best := math.Inf(-1)
	for _, t := range history {
		if t.Score == nil {
			continue
		}
		lead := g.lead(*t.Score)
		if t.Move == longer && lead <= best {
			return true
		}
		best = max(best, lead)
	}
	return false
}

// usual tells whether a configuration trains no longer than usually works.
func usual(p Problem, values map[string]string) bool {
	return !slices.ContainsFunc(p.Params, func(param Param) bool {
		b, known := sane(param)
		v, ok := param.in(values).value()
		return known && ok && v > b.high && slices.Contains(lengths, param.Role)
	})
}

// from starts a candidate from a trial's saved model, where the program's
// trainings can. A model that grows never falls behind what it grew from; it
// saves time and not quality, and its source still has to be trained cold.
func (c candidate) from(p Problem, t Trial) candidate {
	if p.Warm && t.State == Done && t.Score != nil {
		c.warm, c.parent = true, t.N
		c.why += fmt.Sprintf(", from the model of trial %d", t.N)
	}
	return c
}
