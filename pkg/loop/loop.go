// Package loop takes one run from its commit to its verdict: push, snapshot,
// inspect, image, train, report.
//
// A Loop may be killed at any instant. The next one for the same run begins by
// mending: every stage finds out what is done already, a living agent is
// adopted, and a trial that was under way is followed or begun again as a new
// attempt of the same trial.
package loop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// Journal is where the run is written down.
type Journal interface {
	Run(ctx context.Context, number int) (run.Run, error)
	Change(ctx context.Context, number int, edit func(*run.Run)) (run.Run, error)
	Trials(ctx context.Context, number int) ([]run.Trial, error)
	PutTrial(ctx context.Context, number int, t run.Trial) error
	// StopWanted tells whether the run has to stop, and what supersedes it;
	// empty for the user's wish.
	StopWanted(ctx context.Context, number int) (wanted bool, reason string, err error)
	Remember(ctx context.Context, fingerprint string, number int) error
	Known(ctx context.Context, fingerprint string) (number int, ok bool, err error)
	Next(ctx context.Context, name string) (int, error)
}

// Repository is the user's repository. Nothing here touches its working tree
// or index.
type Repository interface {
	// Checkout lays a commit out in dir as the user's own checkout would be.
	Checkout(ctx context.Context, commit, dir string) error
	// CommitTree makes a commit on top of base that changes the given files.
	CommitTree(ctx context.Context, base string, files map[string][]byte, message string) (string, error)
	UpdateRef(ctx context.Context, ref, commit string) error
	Note(ctx context.Context, commit, text string) error
	// Push sends exactly this commit to the branch's remote, without prompts
	// and without force. PushWaiting says that it may work later.
	Push(ctx context.Context, commit, branch string) (state run.Push, reason string)
}

// A Loop is one run on its way. All fields are needed.
type Loop struct {
	Number   int
	Dir      string // the run's directory, see store.State.RunDir
	Top      string // the user's working tree; untracked data is read from it
	Common   string // git common dir
	Journal  Journal
	Repo     Repository
	Engine   engine.Engine
	Settings config.Settings
	UID, GID int // owner of the repository
	// Inspect reads the program in dir.
	Inspect func(dir string) (*inspect.Program, error)
	// Notify tells the user and says how; a mail that is not taken gives notify.ErrMail, and
	// is tried again.
	Notify func(ctx context.Context, m store.Message) (told string, err error)
	// Clean removes what the engine that a run was with has of it.
	Clean func(ctx context.Context, r run.Run) error
	// Moved tells whether the user has set another engine since.
	Moved func(ctx context.Context) bool
	// Hold says why this machine must not train now; empty when it may.
	Hold func() string
	// CPUs is how many cores the trials may use.
	CPUs float64
	// Memory is how many bytes the machine has; 0 where that is unknown.
	Memory int64
	// Out gets lines for a person: what `mlhook watch` shows.
	Out io.Writer

	program *inspect.Program
	mounts  []mapped
	links   []symlink
	image   engine.Image
	budget  *budget

	opening  sync.Mutex // guards session
	session  engine.Session
	settling sync.Mutex
	saying   sync.Mutex
}

// An ending is the error by which a stage ends the run.
type ending struct {
	verdict run.Verdict
	cause   run.Cause
	reason  string
	winner  *run.Trial // that reached the target; nil hands over the best
	by      run.ReachedBy
	linked  *run.Run
}

func (e *ending) Error() string { return string(e.verdict) + ": " + e.reason }

// errStopped is the cause of a context that ends because the run has to stop.
type errStopped struct{ reason string }

func (e *errStopped) Error() string { return "stopped: " + e.reason }

// ending turns the wish into the run's end.
func (e *errStopped) ending() *ending {
	if e.reason == "" {
		return &ending{verdict: run.Stopped, reason: "stopped with `mlhook stop`"}
	}
	return &ending{verdict: run.Superseded, reason: e.reason}
}

// ErrMoved says that the run waited for an engine, and that the user has set
// another one: a Loop with that has to take over.
var ErrMoved = errors.New("another engine was set")

// Run brings the run to its verdict. An error means that the verdict is not
// reached, and that another Loop may take over.
func (l *Loop) Run(ctx context.Context) error {
	r, err := l.enter(ctx)
	if err != nil || r.State == run.Done {
		return err
	}
	l.budget = &budget{most: time.Duration(l.Settings.Minutes * float64(time.Minute)), used: time.Duration(r.Spent * float64(time.Second))}
	l.budget.resume()

	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var beside sync.WaitGroup
	beside.Go(func() { l.watchStop(work, stop) })
	beside.Go(func() { l.count(work) })
	push, endPush := context.WithCancel(ctx)
	defer endPush()
	over := make(chan struct{})
	beside.Go(func() { l.push(push, over, r) })

	err = l.stages(work, r)
	var wish *errStopped
	if errors.As(context.Cause(work), &wish) {
		err = wish.ending()
	}
	var end *ending
	if !errors.As(err, &end) {
		if l.session != nil && ctx.Err() == nil {
			l.say("mlhook", "interrupted: %v", err)
		}
		stop(nil)
		endPush()
		beside.Wait()
		return err
	}
	stop(nil)
	err = l.finish(ctx, end)
	time.AfterFunc(pushGrace, func() { close(over) })
	beside.Wait()
	if err == nil {
		_, err = l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.EndPush() })
	}
	return err
}

// enter journals that the run is under way, and ends what it had in another
// engine before.
func (l *Loop) enter(ctx context.Context) (run.Run, error) {
	was, err := l.Journal.Run(ctx, l.Number)
	if err != nil {
		return was, err
	}
	if was.State != run.Done && was.Engine != "" && was.Engine != l.Engine.Name() {
		l.say("mlhook", "the engine is %s now and was %s", l.Engine.Name(), was.Engine)
		if err := l.leave(ctx, was); err != nil {
			l.say("mlhook", "what the run left there may be there still: %v", err)
		}
	}
	return l.Journal.Change(ctx, l.Number, func(r *run.Run) {
		if r.Started == nil {
			now := run.Now()
			r.Started = &now
			r.Target = l.Settings.Target
			r.Budget = &run.Budget{Trials: l.Settings.Trials, Minutes: l.Settings.Minutes}
		}
		if r.State != run.Done {
			r.State, r.Engine, r.Reason = run.Training, l.Engine.Name(), ""
		}
	})
}

// stages goes through the run; it ends with an *ending or a fault.
func (l *Loop) stages(ctx context.Context, r run.Run) error {
	stages := []struct {
		name run.Stage
		work func(context.Context, run.Run) error
	}{
		{run.StageSnapshot, l.snapshot},
		{run.StageInspect, l.inspect},
		{run.StageImage, l.prepare},
		{run.StageTrain, l.train},
	}
	for _, s := range stages {
		if _, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Stage = s.name }); err != nil {
			return err
		}
		if err := l.patiently(ctx, func() error { return s.work(ctx, r) }); err != nil {
			return err
		}
	}
	return errors.New("training ended without a verdict")
}

// patiently repeats work while the engine is away, and ends the run where a
// setting means nothing to it.
func (l *Loop) patiently(ctx context.Context, work func() error) error {
	for wait := time.Second; ; wait = min(2*wait, maxWait) {
		err := work()
		var refused *engine.Refused
		if errors.As(err, &refused) {
			return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: refused.Error()}
		}
		var away *engine.Unavailable
		if !errors.As(err, &away) {
			return err
		}
		if err := l.await(ctx, away, wait); err != nil {
			return err
		}
	}
}

// maxWait is how long it may take until an engine that is back is seen.
const maxWait = 30 * time.Second

// await waits until an engine that is away is back, and says so. The user may
// set another one meanwhile.
func (l *Loop) await(ctx context.Context, away *engine.Unavailable, wait time.Duration) error {
	l.budget.pause()
	defer l.budget.resume()
	was, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.State, r.Reason = run.Waiting, away.Error() })
	if err != nil {
		return err
	}
	if wait == time.Second {
		l.say("wait", "%s", was.Reason)
	}
	for ; ; wait = min(2*wait, maxWait) {
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		if l.Moved(ctx) {
			return ErrMoved
		}
		if l.Engine.Check(ctx) == nil {
			return l.endWait(ctx)
		}
	}
}

// watchStop ends the work when the user, or a newer commit, wants it.
func (l *Loop) watchStop(ctx context.Context, stop context.CancelCauseFunc) {
	for {
		if wanted, reason, err := l.Journal.StopWanted(ctx, l.Number); err == nil && wanted {
			stop(&errStopped{reason})
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// pushGrace is for how long a push that failed is tried again when the run is over.
const pushGrace = 10 * time.Second

// push sends the commit beside the training and tries again while the remote
// cannot be reached, until the run is over. A push that is under way then may
// end: large commits and pre-push hooks take their time.
func (l *Loop) push(ctx context.Context, over <-chan struct{}, r run.Run) {
	if r.Push != run.PushWaiting {
		return
	}
	if l.Settings.Push == "never" {
		l.pushed(run.PushOff, "switched off by mlhook.push")
		return
	}
	for wait := 5 * time.Second; ; wait = min(2*wait, 10*time.Minute) {
		state, reason := l.Repo.Push(ctx, r.Commit, r.Branch)
		l.pushed(state, reason)
		if state != run.PushWaiting {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-over:
			return
		case <-time.After(wait):
		}
	}
}

func (l *Loop) pushed(state run.Push, reason string) {
	// The run's own context may be over when the answer comes.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	reason = plain.Text(reason) // in part the remote's words
	if _, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Push, r.PushReason = state, reason }); err != nil {
		l.say("push", "%v", err)
		return
	}
	l.say("push", "%s", joined(string(state), reason))
}

// say writes a line for a person.
func (l *Loop) say(stage, format string, args ...any) {
	l.saying.Lock()
	defer l.saying.Unlock()
	fmt.Fprintf(l.Out, "%s %-8s %s\n", time.Now().Format("15:04:05"), stage, plain.Text(fmt.Sprintf(format, args...)))
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + ": " + b
}
