// Package agent carries mlhook's Python agent and the files through which the
// host talks to it.
//
// The agent is one process per session (a container, or a process of the local
// engine), started with the directory that Extract returns, which may be
// read-only:
//
//	python3 -B <directory> --requests DIR --trials DIR --state DIR --preload sklearn,numpy
//
// It imports the frameworks once and forks a child for every attempt, the next
// one's beforehand. Whoever starts it sets what is read at start or at import:
// PYTHONHASHSEED, OMP_NUM_THREADS and its like. SIGTERM ends it as a quit request does.
// Files are the protocol, so that a killed runner loses nothing and any runner
// can take over:
//
//	<requests>/<name>.json                 written by the host, temp + rename, read-only inside
//	<state>/agent.jsonl                    the agent's own events: hello, warning, bye
//	<trials>/<n>/<attempt>/tree/           the program, laid out by the host
//	<trials>/<n>/<attempt>/events.jsonl    what the attempt did, append-only
//	<trials>/<n>/<attempt>/log             stdout and stderr of the script, capped
//	<trials>/<n>/<attempt>/model/          the saved model
//	<trials>/<n>/<attempt>/warm/           what another trial can start from, where that was asked for
//	<trials>/<n>/checkpoints/<name>/       a state of the training, for the attempts to come
//
// A checkpoint is a directory that is renamed into its place when all its files
// are on disk: <epoch>-<attempt>-<k>, with a Manifest. The host verifies it
// (see Newest) and names it in the Resume of the next attempt's request; the
// agent verifies it again, restores it, and says in a resume event how well.
// MLHOOK_AUTORESUME=0 in the environment switches writing and restoring off.
//
// Everything the agent writes is hostile input to the host. A run request whose
// attempt has an events.jsonl already, from an agent that is gone, is not run again.
//
// In python/mlhook_agent: server (requests), waking (what ends its sleep), spare
// (the next attempt's process, forked beforehand), attempt (a child as the parent
// sees it), child (runs the script), hooks and hook_* (observe the frameworks),
// record (what they saw), rows (which data it was) and batches (what a trainer's model was given), reads (which files), structure
// (what the model is made of), save (the model), checkpoint (states of the
// training) and spacing (how often), entropy, warm (starting from a parent), warm_state (its files),
// warm_net with an adapter for each framework, and grow (where a parent's weights
// belong).
package agent

import "fmt"

// Version is the protocol's version: the "v" of every request and event.
const Version = 1

// Ops of a Request.
const (
	OpRun  = "run"  // begin an attempt
	OpStop = "stop" // kill an attempt: SIGTERM, then SIGKILL after Grace seconds
	OpQuit = "quit" // kill all attempts and exit
)

// A Request is one file below the requests directory. A request is handled at
// most once by one agent process; a name seen before is ignored.
type Request struct {
	V       int      `json:"v"`
	Op      string   `json:"op"`
	Trial   int      `json:"trial"`
	Attempt int      `json:"attempt"`
	Script  string   `json:"script,omitempty"` // path within the tree, "/"-separated
	Args    []string `json:"args,omitempty"`   // sys.argv[1:]
	// Path are directories within the tree that go on sys.path behind the script's own.
	Path []string `json:"path,omitempty"`
	// Cwd is the working directory within the tree; "." is its top.
	Cwd  string            `json:"cwd,omitempty"`
	Env  map[string]string `json:"env,omitempty"`
	Seed int64             `json:"seed"` // entropy for what the script leaves unseeded, the same for a whole run
	// Temp is a directory for the script's temporary files, made where it is not
	// there; "" leaves them to the system.
	Temp string `json:"temp,omitempty"`
	// Threads is the number of threads for BLAS, OpenMP and the frameworks; 0 leaves them alone.
	Threads  int   `json:"threads"`
	LogLimit int64 `json:"log_limit"` // bytes of script output kept; the rest is counted, not written
	Grace    int   `json:"grace,omitempty"`
	// Cold starts a new interpreter instead of a fork.
	Cold bool `json:"cold,omitempty"`
	// Warm is the state of the parent to start from, a directory below the trials:
	// "3/1/warm". An EventWarm tells what became of it. Besides a Resume it keeps
	// the lineage known; the weights are then the checkpoint's.
	Warm string `json:"warm,omitempty"`
	// Leave asks for the state that other trials can start from, see WarmState.
	Leave bool `json:"leave,omitempty"`
	// Resume names the checkpoint of the trial to go on from; "" starts fresh.
	Resume string `json:"resume,omitempty"`
	// Wrote is the Manifest.Script of a Resume that a shorter training of the same
	// program wrote, see Inherit: the two differ in nothing but their length.
	Wrote string `json:"wrote,omitempty"`
	// Share is the part of the training time that checkpoints may take; 0 means
	// 0.02, and 1 writes one after every epoch.
	Share float64 `json:"share,omitempty"`
}

// WarmState names what an attempt of a trial left to start from, for the
// Request.Warm of another; it does so where its Request had Leave.
func WarmState(trial, attempt int) string { return fmt.Sprintf("%d/%d/warm", trial, attempt) }

// Name is the request's file name without directory; it identifies the request.
func (r Request) Name() string {
	if r.Op == OpQuit {
		return "quit.json"
	}
	return fmt.Sprintf("%s-%d-%d.json", r.Op, r.Trial, r.Attempt)
}

// Types of an Event.
const (
	EventHello  = "hello"  // agent.jsonl: the agent is ready: Python, Frameworks, Seconds of importing, Fork
	EventBye    = "bye"    // agent.jsonl: the agent ends; always its last
	EventBegin  = "begin"  // the child runs; the script is about to start
	EventData   = "data"   // data is read for the first time: Path, Format "directory" for a listing, Missing
	EventFit    = "fit"    // a training call began, of torch: an optimizer was built: Source, Model, Layers, Samples, Rows
	EventCurve  = "curve"  // one epoch or boosting round: Epoch (from 1), Values
	EventMetric = "metric" // a measured value: Name, Value, Split, Samples, Source, Rows, Majority, Model where it is seen whose it is
	// EventPredicted: rows that were not trained on were predicted, for the first
	// time: Split, Samples.
	EventPredicted = "predicted"
	EventModel     = "model" // a model was saved: Path below model/, Format, SHA256, Size
	// EventCheckpoint: a state of the training is on disk: Path (its name), Epoch
	// (finished ones), Size, Seconds it took to get there, SHA256 of the manifest.
	EventCheckpoint = "checkpoint"
	// EventResume: how the training goes on: Level; Path and Epoch of the
	// checkpoint; Text says why it is not exact. Level restart without a Path
	// says that this training cannot be resumed.
	EventResume = "resume"
	// EventWarm: how training starts, once in an attempt that was given Warm:
	// Level, Value, Samples, Text. A loop that goes on from a checkpoint has none.
	EventWarm = "warm"
	// EventVoid: the accuracy is void, since Samples rows that the attempt holds
	// out were trained on by its lineage: Text.
	EventVoid    = "void"
	EventWarning = "warning" // Text
	EventError   = "error"   // the script raised: Type, Text, File, Line (within the tree where possible)
	EventExit    = "exit"    // the attempt's process is gone: Code or Signal, Seconds, CPU, MaxRSS; always the last
)

// Levels of a resume event.
const (
	LevelExact       = "exact"       // as if never interrupted
	LevelApproximate = "approximate" // something could not be restored
	LevelRestart     = "restart"     // from the beginning
)

// Levels of an EventWarm. Value is the largest difference between the parent's
// outputs and this model's before its first step, relative to the largest output
// where that is above 1; below 1e-5 unless the start is cold.
const (
	LevelWarm  = "warm"  // the parent's model goes on
	LevelGrown = "grown" // the parent's function goes on in a larger network
	LevelCold  = "cold"  // as if there were no parent; Text says why
)

// An Event is one line of events.jsonl or agent.jsonl. Fields that a type does
// not use are absent.
type Event struct {
	V    int     `json:"v"`
	Seq  int     `json:"seq"`  // 0, 1, 2 ... within the file
	Time float64 `json:"time"` // seconds since 1970, UTC
	Type string  `json:"type"`

	Python     string             `json:"python,omitempty"`
	Frameworks map[string]string  `json:"frameworks,omitempty"` // module to version
	Fork       bool               `json:"fork,omitempty"`
	Source     string             `json:"source,omitempty"` // "sklearn.metrics.accuracy_score"
	Model      string             `json:"model,omitempty"`  // class of the model, "sklearn.svm.SVC"
	Name       string             `json:"name,omitempty"`
	Value      *float64           `json:"value,omitempty"`
	Split      string             `json:"split,omitempty"` // test, validation, train, unknown
	Samples    int                `json:"samples,omitempty"`
	Rows       string             `json:"rows,omitempty"` // hash of the rows evaluated or trained on
	Majority   float64            `json:"majority,omitempty"`
	Epoch      int                `json:"epoch,omitempty"`
	Values     map[string]float64 `json:"values,omitempty"`
	Layers     []string           `json:"layers,omitempty"`  // class names of the model's innermost parts, in order, 200 at most
	Path       string             `json:"path,omitempty"`    // of a model: below model/; of data: from tree/ (it may begin with "..") or absolute
	Missing    bool               `json:"missing,omitempty"` // nothing is there
	Level      string             `json:"level,omitempty"`
	Format     string             `json:"format,omitempty"` // keras, h5, torch, joblib, ubj, txt; directory
	SHA256     string             `json:"sha256,omitempty"`
	Size       int64              `json:"size,omitempty"`
	Text       string             `json:"text,omitempty"`
	Error      string             `json:"error,omitempty"` // exception class
	File       string             `json:"file,omitempty"`
	Line       int                `json:"line,omitempty"`
	Code       *int               `json:"code,omitempty"`
	Signal     int                `json:"signal,omitempty"`
	Quit       bool               `json:"quit,omitempty"` // the agent was told to end, and the attempt ended with it
	Seconds    float64            `json:"seconds,omitempty"`
	CPU        float64            `json:"cpu,omitempty"`     // seconds
	MaxRSS     int64              `json:"max_rss,omitempty"` // bytes
	Dropped    int64              `json:"dropped,omitempty"` // bytes of output beyond LogLimit
}
