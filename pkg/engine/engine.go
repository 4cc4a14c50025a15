// Package engine is where trials run: in a Docker container (docker) or in a
// venv on this machine (local). The loop sees only the interfaces below.
//
// An engine owns the transport between the runner and the agent. The loop asks
// a Session for events, log and model and never builds a path into a
// container. One conformance suite (conformance_test.go) holds every engine to
// the comments here.
package engine

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// An Environment says what a program needs, as plain data. pkg/image fills it in.
type Environment struct {
	Family string // keras, torch, boosting, sklearn, jax, python
	// Hash is the content hash of everything below: equal hash, equal environment.
	Hash string
	// Image, when set, is a ready image that is used as it is.
	Image string
	// Context is the build context, Dockerfile included; for a repository's own
	// Dockerfile ContextDir is sent as well.
	Context    map[string][]byte
	ContextDir string
	BuildArgs  map[string]string
	// Requirements are pip requirement lines, for engines that install by themselves.
	Requirements []string
	// Modules must be importable in the finished environment.
	Modules []string
	// CABundle is a PEM file on the host with extra certificates; empty for none.
	CABundle string
}

// An Image is a prepared Environment.
type Image struct {
	Family string
	ID     string // "sha256:..." of the image, or of the venv's requirements
	// Ref is what the engine starts: an image reference, or a Python interpreter.
	Ref string
}

// A Mount is a file or directory of the host that the trials may read.
type Mount struct {
	Source string // absolute path on the host
	Name   string // unique within the job; Session.DataPath tells where it appears
	// At is where it appears as well, for programs that look for it there: an
	// absolute path, or one below "~" for the home of the trials. Empty for none,
	// else one that Engine.Places accepts; none lies below another.
	At string
}

// A Job is the run that a session serves.
type Job struct {
	RunID  string
	Repo   string // common dir of the repository, for the label
	Commit string
	// Dir is the run's directory on the host. The engine creates sessions/ in
	// it; trials/ exists.
	Dir     string
	Image   Image
	Preload []string
	Data    []Mount
	Env     map[string]string
	Network string // "none", "bridge"; docker only
	CPUs    float64
	UID     int // owner of the repository; 0 is replaced by an unprivileged user
	GID     int
}

// An Engine prepares environments and opens sessions. Methods may be called
// from several goroutines.
type Engine interface {
	// Name is "docker" or "local".
	Name() string

	// Check returns nil when the engine can be used now, else an *Unavailable.
	Check(ctx context.Context) error

	// Prepare makes the environment, once for each Hash: a second call returns
	// the same Image without work. progress gets lines for a person. A failed
	// build is a *BuildError, an engine that is away an *Unavailable, a
	// setting that makes no sense to it a *Refused; so with Open.
	Prepare(ctx context.Context, env Environment, progress func(line string)) (Image, error)

	// Places tells whether trials see the mount at its At.
	Places(m Mount) bool

	// Open starts the agent of a job, or adopts the one that an earlier runner
	// left running for the same RunID. The agent may still import when it
	// returns; what it is asked for meanwhile, it does as soon as it can.
	Open(ctx context.Context, job Job) (Session, error)

	// Clean removes whatever is left of a run: containers, processes. It is
	// fine when there is nothing.
	Clean(ctx context.Context, runID string) error

	// Expire removes the environments made by Prepare that no runner of this user
	// has asked for in so long, and names them.
	Expire(ctx context.Context, unused time.Duration) (removed []string, err error)
}

// A Session is a living agent. Methods may be called from several goroutines.
type Session interface {
	// Adopted tells whether the agent was there before Open.
	Adopted() bool

	// Hello waits for the agent's first event, by which it is ready. The error
	// of an agent that ended before has its last words; nothing is left of it.
	Hello(ctx context.Context) (agent.Event, error)

	// DataPath is where a Mount appears to the trials.
	DataPath(name string) string

	// Start asks for an attempt, whose tree lies at Dir/trials/<n>/<a>/tree.
	// The engine hands the tree to the user that trials run as. Asking twice
	// for the same attempt starts it once.
	Start(ctx context.Context, req agent.Request) error

	// Asked tells whether this agent was asked for the attempt, by whatever runner.
	Asked(trial, attempt int) bool

	// Stop kills an attempt; its exit event tells when it is gone.
	Stop(ctx context.Context, trial, attempt int) error

	// Stopped tells whether an agent of the run was asked to kill the attempt, by
	// whatever runner.
	Stopped(trial, attempt int) bool

	// Events returns the attempt's events behind offset and the offset after
	// them. A torn last line is not an event. No file yet is no event.
	Events(trial, attempt int, offset int64) ([]agent.Event, int64, error)

	// Exited returns nil while the agent lives, else how it ended.
	Exited(ctx context.Context) (*Exit, error)

	// Gone is closed when the agent may have ended, so that nobody has to ask
	// Exited all the time. It may never be: of a process that an earlier runner
	// started, or when the engine goes away, one has to ask.
	Gone() <-chan struct{}

	// Close ends the agent and removes container or process.
	Close(ctx context.Context) error
}

// Exit is how a session's agent ended.
type Exit struct {
	Code int
	OOM  bool
	// EngineLost says that the engine itself went away (Docker restarted), which
	// is no fault of the program.
	EngineLost bool
	Text       string
}

// Unavailable is the error of an engine that cannot be used now. Its text says
// what is wrong and what to do.
type Unavailable struct {
	Engine string
	Why    string // "nothing listens at unix:///var/run/docker.sock"
	Fix    string // "start it with ..."
}

func (e *Unavailable) Error() string { return e.Engine + ": " + e.Why + "; " + e.Fix }

// Refused is the error of a setting that the engine cannot follow. Its text says
// which one and how it is changed.
type Refused struct {
	Setting, Value string // "network", "lan"
	Why            string // "no such network here"
}

func (e *Refused) Error() string {
	return fmt.Sprintf("mlhook.%s is %q: %s; set another with `git config mlhook.%[1]s NAME`", e.Setting, e.Value, e.Why)
}

// BuildError is a failed build or installation.
type BuildError struct {
	Step string // "RUN pip install ..."
	Tail string // the last lines of its output
}

func (e *BuildError) Error() string { return "building the image failed at: " + e.Step + "\n" + e.Tail }

// pipError is what pip says in the end, pipTelling what names the requirement.
var (
	pipError   = regexp.MustCompile(`(?m)^\s*ERROR: (.+)$`)
	pipTelling = regexp.MustCompile(`(?m)^\s*ERROR: ((?:No matching distribution found for|Cannot install) .+)$`)
)

// Requirement is the line that tells what pip could not install; empty where
// something else failed, or where pip did not reach its index.
func (e *BuildError) Requirement() string {
	if !strings.Contains(e.Step, "pip install") || strings.Contains(e.Tail, "connection broken by") {
		return ""
	}
	for _, pattern := range []*regexp.Regexp{pipTelling, pipError} {
		if m := pattern.FindStringSubmatch(e.Tail); m != nil {
			return strings.TrimSpace(m[1])
		}
	}
	return ""
}
