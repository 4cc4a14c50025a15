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
