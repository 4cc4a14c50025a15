// Package search decides what to try next. Next is a pure function: no clock,
// no global state. Its inputs are journalled with the run, so the same journal
// gives the same next action.
package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Kind says what values a Param takes.
type Kind string

const (
	Number Kind = "number"
	Choice Kind = "choice"
)

// A Param is one dimension of the space: a tunable of the user's source.
// Values are source text throughout ("0.001", "'adam'").
type Param struct {
	ID   string
	Role string // see package inspect: learning_rate, epochs, width, ...
	// Model is what the parameter belongs to, say "keras.Sequential" or
	// "sklearn.svm.SVC"; it selects recipes.
	Model   string
	Kind    Kind
	Log     bool
	Int     bool
	Low     float64
	High    float64
	Choices []string
	Value   string // the user's own
	// Insert says that the source does not mention the parameter: its value is
	// the framework's default.
	Insert bool
}

// Version is the search's own version: a journal is replayed with the version
// that wrote it.
const Version = 2

// Goal is what the search is after.
type Goal struct {
	Target   float64 // in the metric's unit; accuracy is a share of 1
	Metric   string  // as in curves; "" means accuracy
	Minimise bool    // the less the better
	// Best goes on after the target until the budget is spent.
	Best bool
}

// accuracy tells whether the goal is an accuracy, a share of the samples.
func (g Goal) accuracy() bool { return g.Metric == "" || g.Metric == "accuracy" }

// met tells whether a value is at the target.
func (g Goal) met(v float64) bool { return g.lead(v) >= 0 }

// single is what a number of single precision may be off, as a share of it: 270
// of 300 is 0.89999998 then.
const single = 1e-7

// lead is by how much a value is better than the target.
func (g Goal) lead(v float64) float64 {
	switch {
	case math.Abs(v-g.Target) <= single*math.Abs(g.Target):
		return 0
	case g.Minimise:
		return g.Target - v
	}
	return v - g.Target
}

// Budget bounds the search.
type Budget struct {
	Trials  int
	Seconds float64 // 0: no bound
	// Patience is after how many trainings in a row that brought nothing better
	// nothing new is tried; 0: no bound.
	Patience int
}

// A Problem is all that does not change during a run.
type Problem struct {
	Params []Param
	Family string // see package inspect
	Model  string // mlp, cnn, svm ...
	Goal   Goal
	Budget Budget
	// Over says why nothing may be trained any more for a reason that the search
	// does not see, say a full disk; empty while it may.
	Over    string
	Seed    int64
	Version int
	// Resumable says that a training can be paused after an epoch and continued.
	Resumable bool
	// Warm says that a training can start from the model that another one saved.
	Warm bool
	// Recipes replace those of the model family, best first: learned elsewhere.
	Recipes []Recipe
	Tallies map[Move]Tally // of earlier runs; they order the recipes
}

// TrialState says how a trial ended.
type TrialState string

const (
	Done    TrialState = "done"
	Paused  TrialState = "paused"  // frozen at a rung; Curve is what was seen so far
	Failed  TrialState = "failed"  // it raised, or no accuracy was seen
	Cut     TrialState = "cut"     // it was ended from outside, which says nothing of it
	Running TrialState = "running" // nothing is known of it so far
)

// A Point of a learning curve.
type Point struct {
	Epoch  int
	Values map[string]float64 // loss, accuracy, val_loss, val_accuracy
}

// A Trial is one that is over, or that runs. Trial 0 is the user's own code.
type Trial struct {
	N      int
	Values map[string]string // parameters that differ from the user's own
	State  TrialState
	Score  *float64 // guides the search: validation data where the script has some
	// Judge is the value on held-out data, which decides about reaching the
	// target; nil where there is one set for both.
	Judge   *float64
	Samples int     // evaluated; 0 when unknown
	Chance  float64 // what a model scores that has learned nothing; 0 when unknown
	Curve   []Point
	Seconds float64
	Move    Move
	// Lineage says that the model was not made by one cold, exact training of
	// its source: continued approximately, started warm or grown.
	Lineage bool
	Warm    bool // it started from the model of another trial
	// Broken says that it does not keep a constraint that the goal has besides, or
	// that it failed behind its score.
	Broken bool
	// Partly says that Seconds are not those of the whole training: it went on from
	// where a shorter one ended.
	Partly bool
}

// ActionKind is what to do next.
type ActionKind string

const (
	Start ActionKind = "start"
	// Continue gives a paused trial its next slice. Any other action leaves the
	// paused ones frozen.
	Continue ActionKind = "continue"
	// Confirm trains a winner again with another seed.
	Confirm ActionKind = "confirm"
	// Wait says that nothing can be decided before a running trial is over.
	Wait ActionKind = "wait"
	Stop ActionKind = "stop"
)

// An Action is the search's decision.
type Action struct {
	Kind   ActionKind
	Values map[string]string // of the new trial
	Parent *int              // the trial that Values were derived from, that is confirmed, or that reached the target
	Warm   bool              // start from the saved model of Parent, grown where Values make it larger
	Seed   int64             // added to the run's seed
	Trial  int               // the one to continue
	Until  int               // epochs after which the trial is to be paused; 0: its end
	Move   Move
	Why    string // one line for a person; empty where the target ended the search
	// Verdict is "reached" or "exhausted" when Kind is Stop.
	Verdict string
	ByModel bool // reached by the model of Parent, not by its source
}

// Next decides from the problem and the trials so far, in order.
//
// First comes the user's own code; then what the recipes of its model family
// and a diagnosis of the best learning curve say, best guess first; then random
// points and variations of the best; and last, where the user allows it, other
// estimators. Trainings that can be continued are cut at
// rungs: Until says where to ask again, with the trial Paused, and what comes
// back may be another slice of the same. It stops at the first hit, which it
// confirms first when luck could explain it.
//
// While trials run it says what to train beside them, as if they brought nothing.
func Next(p Problem, history []Trial) Action {
	a := decide(p, history)
	if !slices.ContainsFunc(history, func(t Trial) bool { return t.State == Running }) {
		return a
	}
	_, sure := reached(armsOf(history), p.Goal)
	contested := p.Goal.Best && slices.ContainsFunc(history, func(t Trial) bool { return t.State == Running && key(t.Values) != key(a.Values) })
	switch {
	case a.Kind == Stop && sure && !p.Goal.Best:
		return a
	case contested:
		return Action{Kind: Wait} // it may become the best
	case a.Kind == Confirm && a.Seed < seeds && Confirmation(history, *a.Parent).N > 0:
		return a // what luck may explain takes all seeds
	case a.Kind == Start && !p.Goal.Best && ladder(p, history) == nil:
		return a
	}
	return Action{Kind: Wait}
}

// decide is Next where running trials count as such that brought nothing.
func decide(p Problem, history []Trial) Action {
	switch {
	case len(history) == 0 && p.Over != "":
		return Action{Kind: Stop, Verdict: "exhausted", Why: p.Over}
	case len(history) == 0:
		return Action{Kind: Start, Values: map[string]string{}, Why: "the code as committed"}
	}
	arms := armsOf(history)
	top := ranked(arms, p.Goal)
	hit, sure := reached(arms, p.Goal)
	why := spent(p, history)
	switch {
	case p.Goal.Best:
	case sure, hit != nil && why != "" && hit.confirmed().N > 1:
		return Action{Kind: Stop, Parent: hit.source(), Verdict: "reached"}
	case hit != nil && why == "":
		return confirm(*hit, p.Goal)
	case hit != nil:
		return exhausted(p, history, arms, top, why)
	}
	if over(p, history) {
		return exhausted(p, history, arms, top, why)
	}
	if why == "" && p.Goal.Best && closing(p, history, top[0]) {
		return confirm(top[0], p.Goal)
	}
	return further(p, history, arms, top, cmp.Or(why, idle(p, history, top[0])))
}

// further goes on with a paused trial, or with a new one where nothing speaks
// against that; when neither is left, the best is trained with its other seeds.
func further(p Problem, history []Trial, arms, top []arm, why string) Action {
	if a, ok := goOn(p, history, why != ""); ok {
		return a
	}
	if why == "" {
		a, ok := fresh(p, history, arms, top)
		if ok {
			return a
		}
		why = a.Why
		if a, ok := goOn(p, history, true); ok {
			return a
		}
	}
	if p.Goal.Best && spent(p, history) == "" && top[0].unconfirmed(p.Goal) > 0 {
		return confirm(top[0], p.Goal)
	}
	return exhausted(p, history, arms, top, why)
}

// fresh starts a configuration that was not tried, or says why there is none.
func fresh(p Problem, history []Trial, arms, top []arm) (Action, bool) {
	if len(p.Params) == 0 {
		return Action{Why: "the program has no place that can be tuned"}, false
	}
	dear := false
	for _, c := range soundFirst(p, history, candidates(p, history, top)) {
		if tried(arms, c.values) {
			continue // shortened it is no idea of its own
		}
		c, ok := afford(p, history, top[0].trials[0], c)
		dear = dear || !ok
		if !ok || tried(arms, c.values) {
			continue
		}
		a := Action{Kind: Start, Values: c.values, Parent: &c.parent, Why: c.why, Move: c.move, Warm: c.warm}
		if !c.warm { // what starts warm is ahead of all others at any rung
			a.Until = until(p, history, c.values, 0)
		}
		return a, true
	}
	if dear {
		return Action{Why: "what is left of mlhook.minutes is too short for another training"}, false
	}
	return Action{Why: "everything in the space was tried"}, false
}

// exhausted ends the search: with the best where that was asked for or a model
// reached the target that its source does not; and says when the best was luck.
func exhausted(p Problem, history []Trial, arms, top []arm, why string) Action {
	g := p.Goal
	best := winner(top, g)
	if c := best.confirmed(); g.Best && !best.failed() && c.N > 0 && g.met(c.Mean) {
		return Action{Kind: Stop, Parent: best.source(), Verdict: "reached", Why: why}
	}
	for _, a := range arms {
		if t := a.lineage(g); t != nil {
			return Action{Kind: Stop, Parent: &t.N, Verdict: "reached", ByModel: true, Why: why}
		}
	}
	for _, a := range arms {
		lucky := false
		for _, t := range a.trials {
			lucky = lucky || t.judged() != nil && !t.Broken && g.met(*t.judged())
		}
		switch c := a.confirmed(); {
		case !lucky:
		case len(a.trials) == 1:
			why += fmt.Sprintf("; trial %d is above the target by less than its noise and could not be confirmed", a.trials[0].N)
		default:
			why += fmt.Sprintf("; trial %d was luck, its mean with other seeds is %.3f", a.trials[0].N, c.Mean)
		}
	}
	return Action{Kind: Stop, Verdict: "exhausted", Why: why + ahead(p, history, best)}
}
