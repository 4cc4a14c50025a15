package search

import "fmt"

// remaining is the time left; limited is false where the budget names none.
func remaining(p Problem, history []Trial) (left float64, limited bool) {
	left = p.Budget.Seconds
	for _, t := range history {
		left -= t.Seconds
	}
	return left, p.Budget.Seconds > 0
}

// spent says which budget is used up, so that no trial may begin.
func spent(p Problem, history []Trial) string {
	switch {
	case p.Over != "":
		return p.Over
	case over(p, history):
		return "the time of mlhook.minutes is spent"
	case len(history) >= p.Budget.Trials:
		return "the trials of mlhook.trials are spent"
	}
	return ""
}

// over tells whether nothing may be trained any more, not even a paused trial.
func over(p Problem, history []Trial) bool {
	left, limited := remaining(p, history)
	return p.Over != "" || limited && left <= 0
}

// idle says that as many trainings as the user has patience for brought nothing
// better than the best before them. A frozen one had no chance to, and the best
// with another seed was not meant to.
func idle(p Problem, history []Trial, best arm) string {
	n := 0
	for _, t := range history {
		if (t.State == Done || t.State == Failed) && t.N > best.trials[0].N && key(t.Values) != best.key {
			n++
		}
	}
	if p.Budget.Patience == 0 || n < p.Budget.Patience {
		return ""
	}
	return fmt.Sprintf("the last %d trials brought nothing better (mlhook.patience)", n)
}

// closing tells whether what is left of the budget is needed to train the best
// again with other seeds.
func closing(p Problem, history []Trial, best arm) bool {
	missing := best.unconfirmed(p.Goal)
	left, limited := remaining(p, history)
	return missing > 0 && (len(history)+missing >= p.Budget.Trials ||
		limited && left < float64(missing+1)*best.trials[0].Seconds)
}
