// Package run holds the words of mlhook: a Run is one commit's way through,
// a Trial one tweak and its lineage, an Attempt one execution of a trial.
//
// The JSON form of these types is the interface that `mlhook show --json`,
// `status --json` and `runs --json` print: lower snake case, numbers as
// numbers, additions only.
package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Schema is the version of the JSON form.
const Schema = 1

// State says where a run or a trial stands.
type State string

const (
	Queued   State = "queued"
	Training State = "training"
	Waiting  State = "waiting" // something outside mlhook is missing, say the Docker Engine
	Done     State = "done"
	Paused   State = "paused" // a trial that the search has frozen at a rung
)

// Trigger is what asked for a run.
type Trigger string

const (
	ByCommit Trigger = "commit" // a hook
	ByHand   Trigger = "run"    // `mlhook run`, which always trains
)

// Verdict is how a run ended.
type Verdict string

const (
	Reached    Verdict = "reached"    // the target was met by held-out or validation data
	Exhausted  Verdict = "exhausted"  // the budget is spent; the best effort is shown
	Refused    Verdict = "refused"    // there is no accuracy to chase
	Failed     Verdict = "failed"     // see Cause
	Stopped    Verdict = "stopped"    // the user stopped it
	Superseded Verdict = "superseded" // a newer commit took its place in the queue
)

// Cause says who has to act when a run failed.
type Cause string

const (
	CauseCode      Cause = "code"      // the user's program raised
	CauseSetup     Cause = "setup"     // image, requirements, settings
	CauseResources Cause = "resources" // memory, disk, GPU
	CauseMlhook    Cause = "mlhook"    // our own fault
)

// ReachedBy tells a source that reaches the target when trained cold from a
// model that reaches it only through its lineage.
type ReachedBy string

const (
	BySource ReachedBy = "source"
	ByModel  ReachedBy = "model"
)

// Push is the state of the push that runs beside the training.
type Push string

const (
	PushDone    Push = "done"
	PushWaiting Push = "waiting"
	PushRefused Push = "refused"
	PushOff     Push = "off" // no remote, switched off, or given up as the run ended
)

// Start says what a trial's model starts from.
type Start string

const (
	Cold  Start = "cold"
	Warm  Start = "warm"
	Grown Start = "grown"
)

// A Run is one commit's way through mlhook.
type Run struct {
	Schema     int        `json:"schema"`
	ID         string     `json:"id"`  // unique over all repositories
	Number     int        `json:"run"` // 1, 2, 3 ... within the repository
	Commit     string     `json:"commit"`
	Branch     string     `json:"branch"`        // short name; empty on a detached HEAD
	Top        string     `json:"top,omitempty"` // working tree that the commit was made in
	Trigger    Trigger    `json:"trigger"`
	Queued     time.Time  `json:"queued"`
	Started    *time.Time `json:"started"`
	Ended      *time.Time `json:"ended"`
	State      State      `json:"state"`
	Stopping   bool       `json:"stopping,omitempty"` // it has to stop, and is not done yet
	Stage      Stage      `json:"stage"`
	Verdict    Verdict    `json:"verdict"` // null until the run is done
	Cause      Cause      `json:"cause"`
	Reason     string     `json:"reason"` // one sentence
	ReachedBy  ReachedBy  `json:"reached_by"`
	Target     float64    `json:"target"` // in the metric's own unit; accuracy is a share of 1
	Metric     *Metric    `json:"metric"`
	Confirmed  *Confirmed `json:"confirmed"`
	Push       Push       `json:"push"`
	PushReason string     `json:"push_reason,omitempty"`
	Engine     string     `json:"engine"`
	Image      *Image     `json:"image"`
	Entry      string     `json:"entry,omitempty"`
	Linked     *int       `json:"linked,omitempty"` // the earlier run whose result this one shows
	Best       *int       `json:"best"`             // number of the best trial
	Result     string     `json:"result,omitempty"` // commit object of the best tweak, also at refs/mlhook/runs/<id>
	TrialsDone int        `json:"trials_done"`
	Spent      float64    `json:"spent_seconds,omitempty"` // of mlhook.minutes, in seconds; waits do not count
	Budget     *Budget    `json:"budget,omitempty"`
	// Tallies is what the moves of the search did in earlier runs, by move, as
	// the run began; null before.
	Tallies map[string]Tally `json:"tallies,omitempty"`
}

// Now is the time as the journal has it.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// End makes a run done.
func (r *Run) End(v Verdict, c Cause, reason string) {
	now := Now()
	r.State, r.Ended, r.Verdict, r.Cause, r.Reason = Done, &now, v, c, reason
}

// EndPush gives up a push that still waits as the run ends.
func (r *Run) EndPush() {
	if r.Push == PushWaiting {
		r.Push = PushOff
		r.PushReason = strings.TrimPrefix(r.PushReason+"; ", "; ") + "given up as the run ended; the next push brings this commit along"
	}
}

// A Budget bounds the trials of a run.
type Budget struct {
	Trials  int     `json:"trials"`
	Minutes float64 `json:"minutes"` // of work; waits do not count
}

// A Tally is what a move of the search did.
type Tally struct {
	Tries int     `json:"tries"`
	Hits  int     `json:"hits"` // trials that won their run
	Cost  float64 `json:"cost"` // in trainings of the user's own code
}

// A Detail is a run together with its trials.
type Detail struct {
	Run
	Trials []Trial `json:"trials"`
}

// Stage is the part of a run that is under way.
type Stage string

const (
	StageSnapshot Stage = "snapshot"
	StageInspect  Stage = "inspect"
	StageImage    Stage = "image"
	StageTrain    Stage = "train"
	StageReport   Stage = "report"
)

// A Metric is a measured value with where it came from.
type Metric struct {
	Name    string  `json:"name"`    // "accuracy"
	Value   float64 `json:"value"`   // accuracy is a share of 1
	Split   Split   `json:"split"`   // the data it was measured on
	Samples int     `json:"samples"` // 0 when unknown
	Source  string  `json:"source"`  // "sklearn.metrics.accuracy_score", "stdout"
	// Majority is the share of the most frequent class among the samples: what
	// a model scores that has learned nothing. 0 when unknown.
	Majority float64 `json:"majority,omitempty"`
}

// Split names the data that a metric was measured on.
type Split string

const (
	Test       Split = "test"       // held out, never trained on nor used to choose
	Validation Split = "validation" // used by the program to watch its training
	Train      Split = "train"      // never counts as reached
	Unknown    Split = "unknown"    // the program does not say
)

// Confirmed is the winner trained again with other initialisation seeds.
type Confirmed struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
	N    int     `json:"n"`
}

// Image is the environment that the trials ran in.
type Image struct {
	Family string `json:"family"`
	ID     string `json:"id"`
}

// A Trial is one tweak of the program and its lineage. Trial 0 is the code as
// committed.
type Trial struct {
	N        int       `json:"n"`
	State    State     `json:"state"`
	Value    *float64  `json:"value"`
	Metric   *Metric   `json:"metric"`
	Parent   *int      `json:"parent"`
	Start    Start     `json:"start"`
	Seed     int64     `json:"seed"`           // entropy for what the script leaves unseeded
	Why      string    `json:"why"`            // why the search chose it
	Move     string    `json:"move,omitempty"` // recipe, diagnosis, random ...: where its values come from
	Seconds  float64   `json:"seconds"`
	CPU      float64   `json:"cpu,omitempty"`    // seconds of processors in its last attempt
	Memory   int64     `json:"memory,omitempty"` // most bytes that a process of its last attempt had
	Attempts []Attempt `json:"attempts"`
	Tweak    []Change  `json:"tweak"`
	Error    string    `json:"error,omitempty"` // what the script raised
	// Cut says that it was ended from outside before its end, by a limit or as the
	// run was decided; its Metric, if any, is of a training that was not whole.
	Cut bool `json:"cut,omitempty"`
	// Constraints are the bounds that the result has to keep besides its target.
	Constraints []Check `json:"constraints,omitempty"`
	// Validation guided the search where Metric is on data held out from it.
	Validation *Metric `json:"validation,omitempty"`
	// Values is what the search proposed: tunable to source text, without those
	// left as they were. Curve is what was seen after each epoch.
	Values map[string]string `json:"values,omitempty"`
	Names  []string          `json:"names,omitempty"` // layer names drawn for this trial
	Curve  []Point           `json:"curve,omitempty"`
	Fits   int               `json:"fits,omitempty"` // trainings with a curve in one execution
	// Idle are the estimators, by their classes, that it trained beside those of
	// its result: what they are set to does not matter.
	Idle []string `json:"idle,omitempty"`
	// Until is the epoch at which the trial is compared next, 0 for its end;
	// Decisions is how it started that was not to start cold, and why it went on
	// at each rung.
	Until     int      `json:"until,omitempty"`
	Decisions []string `json:"decisions,omitempty"`
}

// Last is the trial's last attempt; there has to be one.
func (t *Trial) Last() *Attempt { return &t.Attempts[len(t.Attempts)-1] }

// A Check is a constraint and what came of it.
type Check struct {
	Bound  string  `json:"bound"`  // "f1 >= 0.7"
	Metric *Metric `json:"metric"` // null where the measure was not seen on data held out
	Holds  bool    `json:"holds"`
}

// Problem says how a constraint is broken; empty where it holds.
func (c Check) Problem() string {
	switch {
	case c.Holds:
		return ""
	case c.Metric == nil:
		return c.Bound + " is not seen"
	}
	return fmt.Sprintf("%s does not hold: %.4g", c.Bound, c.Metric.Value)
}

// Broken says which constraint a trial breaks first; empty where it keeps all.
func (t Trial) Broken() string {
	for _, c := range t.Constraints {
		if why := c.Problem(); why != "" {
			return why
		}
	}
	return ""
}

// A Point of a learning curve: the values after an epoch or boosting round.
type Point struct {
	Epoch  int                `json:"epoch"` // from 1
	Values map[string]float64 `json:"values"`
}

// Epochs is the last epoch of a curve, 0 for none.
func Epochs(curve []Point) int {
	if len(curve) == 0 {
		return 0
	}
	return curve[len(curve)-1].Epoch
}

// An Attempt is one execution of a trial.
type Attempt struct {
	N         int     `json:"n"`
	FromEpoch int     `json:"from_epoch"`
	Why       *string `json:"why"` // what ended the attempt before; nil for the first
	// Resume is how the training went on: exact, approximate or restart; empty
	// where there was nothing to go on from. ResumeWhy says why it is not exact.
	Resume    string `json:"resume,omitempty"`
	ResumeWhy string `json:"resume_why,omitempty"`
}

// A Change is one tunable set to another value.
type Change struct {
	Tunable string `json:"tunable"`
	File    string `json:"file"`
	Cell    *int   `json:"cell,omitempty"` // of a notebook, 1-based among all its cells
	Line    int    `json:"line"`           // 1-based, in the committed file, within the cell of a notebook
	Name    string `json:"name,omitempty"` // of the parameter; empty where the source text has it, and of layers
	From    string `json:"from"`           // source text
	To      string `json:"to"`
	Why     string `json:"why"`
}

// Text says the change for a person: "lr 0.1 -> 0.01", "not set -> C=10".
func (c Change) Text() string {
	from, to := strings.TrimSpace(c.From), strings.TrimSpace(c.To)
	switch {
	case from == "" && keyword.MatchString(to):
		from = "not set"
	case from == "":
		from = "none"
	}
	return strings.TrimSpace(c.Name + " " + from + " -> " + cmp.Or(to, "removed"))
}

var keyword = regexp.MustCompile(`^\w+=`)

// Where names the place for a person.
func (c Change) Where() string {
	if c.Cell != nil {
		return fmt.Sprintf("%s cell %d:%d", c.File, *c.Cell, c.Line)
	}
	return fmt.Sprintf("%s:%d", c.File, c.Line)
}

func (v Verdict) MarshalJSON() ([]byte, error)   { return nullable(string(v)) }
func (c Cause) MarshalJSON() ([]byte, error)     { return nullable(string(c)) }
func (r ReachedBy) MarshalJSON() ([]byte, error) { return nullable(string(r)) }

// nullable writes the empty word as null.
func nullable(word string) ([]byte, error) {
	if word == "" {
		return []byte("null"), nil
	}
	return json.Marshal(word)
}
