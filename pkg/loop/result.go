package loop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/notify"
	"github.com/mlhook/mlhook/pkg/report"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// ref is where git keeps the best tweak of a run.
func ref(r run.Run) string { return "refs/mlhook/runs/" + r.ID }

// finish hands the result over: commit object, ref, note, journal, and
// at last the notification. Every step may be repeated.
func (l *Loop) finish(ctx context.Context, end *ending) error {
	r, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Stage = run.StageReport })
	if err != nil {
		return err
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return err
	}
	l.clean(ctx, r.ID)
	r.End(end.verdict, end.cause, end.reason)
	if end.linked != nil {
		link(&r, *end.linked)
	} else if err := l.handOver(ctx, &r, trials, end); err != nil {
		return err
	}
	r.Spent = l.budget.spent().Seconds()
	detail := run.Detail{Run: r, Trials: trials}
	if err := l.Repo.Note(ctx, r.Commit, report.Note(detail)); err != nil {
		l.say("report", "git note: %v", err)
	}
	l.say("done", "%s: %s", r.Verdict, r.Reason) // before the journal, since watch ends with that
	message, tells := l.message(detail)
	if err := l.promise(message, tells); err != nil {
		return err
	}
	_, err = l.Journal.Change(ctx, l.Number, func(j *run.Run) {
		push, why := j.Push, j.PushReason // written beside
		*j = r
		j.Push, j.PushReason = push, why
	})
	if err != nil {
		return err
	}
	os.RemoveAll(l.commitDir())
	os.Remove(filepath.Join(l.Dir, "commit.complete"))
	if !tells {
		return nil
	}
	return store.Deliver(l.Dir, message, func(m store.Message) bool {
		again := l.tell(ctx, m)
		if again {
			l.say("notify", "the mail is sent again until a server takes it, for half a day at most")
		}
		return again
	})
}

// message is what the user is to be told of the run's end, if anything.
func (l *Loop) message(d run.Detail) (m store.Message, tells bool) {
	m.Title, m.Body = report.Message(d, filepath.Base(l.Top))
	return m, d.Verdict != run.Stopped && d.Verdict != run.Superseded && d.Linked == nil && l.Settings.Tells(string(d.Verdict))
}

// promise notes the message, or that there is none though a runner before this one
// had another verdict in mind.
func (l *Loop) promise(m store.Message, tells bool) error {
	if !tells {
		return store.Kept(l.Dir)
	}
	return store.Promise(l.Dir, m)
}

// tell notifies the user, says how or why not, and whether to try again.
func (l *Loop) tell(ctx context.Context, m store.Message) (again bool) {
	told, err := l.Notify(ctx, m)
	if told != "" {
		l.say("notify", "%s", told)
	}
	if err != nil {
		l.say("notify", "%v", err)
	}
	return errors.Is(err, notify.ErrMail)
}

// cleanPatience is how long an engine that is away may take to come back before
// the run ends without having cleaned up.
const cleanPatience = 60 * time.Second

// served tells whether an agent was ever started for the run.
func (l *Loop) served() bool {
	_, err := os.Stat(filepath.Join(l.Dir, "sessions"))
	return !errors.Is(err, fs.ErrNotExist)
}

// leave removes what an engine still has of the run that goes on with another.
func (l *Loop) leave(ctx context.Context, r run.Run) error {
	if !l.served() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cleanPatience)
	defer cancel()
	return l.Clean(ctx, r)
}

// clean removes what the engine still has of the run.
func (l *Loop) clean(ctx context.Context, runID string) {
	if !l.served() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cleanPatience)
	defer cancel()
	for {
		err := l.Engine.Clean(ctx, runID)
		if err == nil {
			return
		}
		var away *engine.Unavailable
		if !errors.As(err, &away) || sleep(ctx, time.Second) != nil {
			l.say("report", "cleaning up: %v", err)
			return
		}
	}
}

// link shows the result of an earlier run with the same program.
func link(r *run.Run, earlier run.Run) {
	r.Linked = &earlier.Number
	r.Metric, r.ReachedBy, r.Confirmed, r.Image = earlier.Metric, earlier.ReachedBy, earlier.Confirmed, earlier.Image
}

// handOver keeps the best tweak as a commit and remembers both programs, the
// committed one and the winner.
func (l *Loop) handOver(ctx context.Context, r *run.Run, trials []run.Trial, end *ending) error {
	top := end.winner
	if top == nil {
		top = l.best(trials)
	}
	if top == nil {
		return l.remember(ctx, *r, nil)
	}
	r.Best, r.Metric, r.Confirmed = &top.N, top.Metric, confirmed(trials, top.N)
	if r.Verdict == run.Reached {
		r.ReachedBy = end.by
	}
	var files map[string][]byte
	if len(top.Values) > 0 {
		if l.program == nil { // stopped before this runner had inspected it
			var err error
			if l.program, err = l.Inspect(l.commitDir()); err != nil {
				l.say("report", "the tweak of trial %d is not kept: %v", top.N, err)
				return nil
			}
		}
		made, err := l.tweak(ctx, top)
		if err != nil {
			return err
		}
		files = made.Files
		sha, err := l.Repo.CommitTree(ctx, r.Commit, files, commitText(*r, *top))
		if err != nil {
			return err
		}
		if err := l.Repo.UpdateRef(ctx, ref(*r), sha); err != nil {
			return err
		}
		r.Result = sha
	}
	return l.remember(ctx, *r, files)
}

// remember keeps the fingerprints by which later commits are linked.
func (l *Loop) remember(ctx context.Context, r run.Run, winner map[string][]byte) error {
	lasting := r.Verdict == run.Reached || r.Verdict == run.Exhausted || r.Verdict == run.Refused
	if !lasting || l.program == nil || l.program.Problem != nil {
		return nil
	}
	sources := []map[string][]byte{nil}
	if winner != nil && r.Verdict == run.Reached {
		sources = append(sources, winner)
	}
	for _, files := range sources {
		print, err := l.fingerprint(files)
		if err != nil {
			return err
		}
		if err := l.Journal.Remember(ctx, print, r.Number); err != nil {
			return err
		}
	}
	return nil
}

// commitText is the text of the result's commit.
func commitText(r run.Run, t run.Trial) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mlhook: %s\n\n", describe(*t.Metric))
	for _, c := range t.Tweak {
		fmt.Fprintf(&b, "%s %s\n", c.Where(), c.Text())
	}
	fmt.Fprintf(&b, "\nMlhook-Run: %d\nMlhook-Trial: %d\nMlhook-Seed: %d\nMlhook-Verdict: %s\n", r.Number, t.N, t.Seed, r.Verdict)
	return b.String()
}
