// Package search decides what to try next. Next is a pure function: no clock,
// no global state. Its inputs are journalled with the run, so the same journal
// gives the same next action.
package search

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
const Version = 1

// Goal is what the search is after.
type Goal struct {
	Target float64 // share of 1
}

// Budget bounds the search.
type Budget struct {
	Trials  int
	Seconds float64
}

// A Problem is all that does not change during a run.
type Problem struct {
	Params  []Param
	Family  string // see package inspect
	Model   string // mlp, cnn, svm ...
	Goal    Goal
	Budget  Budget
	Seed    int64
	Version int
}

// TrialState says how a trial ended.
type TrialState string

const (
	Done   TrialState = "done"
	Failed TrialState = "failed" // it raised, or no accuracy was seen
)

// A Point of a learning curve.
type Point struct {
	Epoch  int
	Values map[string]float64 // loss, accuracy, val_loss, val_accuracy
}

// A Trial is one that is over. Trial 0 is the user's own code.
type Trial struct {
	N       int
	Values  map[string]string // parameters that differ from the user's own
	State   TrialState
	Score   *float64
	Samples int     // evaluated; 0 when unknown
	Chance  float64 // what a model scores that has learned nothing; 0 when unknown
	Curve   []Point
	Seconds float64
	Seed    int64
	Error   string
}

// ActionKind is what to do next.
type ActionKind string

const (
	Start ActionKind = "start"
	Stop  ActionKind = "stop"
)

// An Action is the search's decision.
type Action struct {
	Kind   ActionKind
	Values map[string]string // of the new trial
	Parent *int              // the trial that Values were derived from
	Seed   int64             // added to the run's seed
	Why    string            // one line for a person
	// Verdict is "reached" or "exhausted" when Kind is Stop.
	Verdict string
}

// Next decides from the problem and the trials so far, in order.
//
// First comes the user's own code; then what a diagnosis of its learning curve
// and the recipes of its model family say, best guess first; then variations of
// the best and random points. It stops at the first hit.
func Next(p Problem, history []Trial) Action {
	if len(history) == 0 {
		return Action{Kind: Start, Values: map[string]string{}, Why: "the code as committed"}
	}
	best := bestOf(history)
	if best != nil && *best.Score >= p.Goal.Target {
		return Action{Kind: Stop, Verdict: "reached", Why: "the target is reached"}
	}
	if len(history) >= p.Budget.Trials {
		return Action{Kind: Stop, Verdict: "exhausted", Why: "the trials of mlhook.trials are spent"}
	}
	if len(p.Params) == 0 {
		return Action{Kind: Stop, Verdict: "exhausted", Why: "the program has no place that can be tuned"}
	}
	tried := map[string]bool{}
	for _, t := range history {
		tried[key(t.Values)] = true
	}
	for _, c := range guesses(p, history[0]) {
		if !tried[key(c.values)] {
			return start(c, 0)
		}
	}
	if best == nil {
		best = &history[0]
	}
	rng := source(p, len(history))
	for range 200 {
		c := propose(p, *best, rng)
		if !tried[key(c.values)] {
			return start(c, best.N)
		}
	}
	return Action{Kind: Stop, Verdict: "exhausted", Why: "everything in the space was tried"}
}

func start(c candidate, parent int) Action {
	return Action{Kind: Start, Values: c.values, Parent: &parent, Why: c.why}
}

func bestOf(history []Trial) *Trial {
	var best *Trial
	for i, t := range history {
		if t.Score != nil && (best == nil || *t.Score > *best.Score) {
			best = &history[i]
		}
	}
	return best
}
