package search

import "slices"

func estimator(p Param) bool { return p.Role == "estimator" }

// late tells whether what is left of the budget is for the last resorts: a
// trial for each, and no more than a third of all.
func late(p Problem, history []Trial) bool {
	n := 0
	for _, param := range p.Params {
		if estimator(param) {
			n += len(param.Choices) - 1 // one is the user's own
		}
	}
	left, limited := remaining(p, history)
	return p.Budget.Trials-len(history) <= min(n, p.Budget.Trials/3) || limited && left <= p.Budget.Seconds/3
}

// resorts are the estimators that no trial had so far, with what the best one
// has of values that the replaced estimator does not take.
func resorts(p Problem, history []Trial, best Trial) (all []candidate) {
	for _, param := range p.Params {
		if !estimator(param) {
			continue
		}
		values := copied(best.Values)
		for _, other := range p.Params {
			if other.Model == param.Model {
				delete(values, other.ID)
			}
		}
		for _, choice := range param.Choices {
			had := slices.ContainsFunc(history, func(t Trial) bool { return t.Values[param.ID] == choice })
			if had || choice == param.Value {
				continue
			}
			c := candidate{values: copied(values), why: "the last resort: another estimator", parent: best.N, move: Estimator}
			param.set(c.values, choice)
			all = append(all, c)
		}
	}
	return all
}
