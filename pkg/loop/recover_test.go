package loop

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/notify"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/space"
	"github.com/mlhook/mlhook/pkg/store"
)

// attempts builds those of a trial from "why@epoch": why each was begun, and
// from which epoch.
func attempts(all ...string) (t run.Trial) {
	t.Attempts = []run.Attempt{{N: 1}}
	for _, text := range all {
		why, epoch, _ := strings.Cut(text, "@")
		t.Attempts = append(t.Attempts, run.Attempt{N: len(t.Attempts) + 1, Why: &why, FromEpoch: len(epoch)}) // "@..." is epoch 2
	}
	return t
}

func TestWhatCountsAsCrashLoop(t *testing.T) {
	for name, c := range map[string]struct {
		trial run.Trial
		loop  bool
	}{
		"killed twice":                   {attempts(whyKilled+"@", whyKilled+"@"), false},
		"killed thrice":                  {attempts(whyKilled+"@", whyKilled+"@", whyKilled+"@"), true},
		"killed often, but it comes on":  {attempts(whyKilled+"@.", whyKilled+"@..", whyKilled+"@...", whyKilled+"@...."), false},
		"the same crash twice":           {attempts("the agent died (code 139)@.", "the agent died (code 139)@."), true},
		"docker was restarted all day":   {attempts(whyEngine+"@", whyEngine+"@", whyEngine+"@", whyEngine+"@"), false},
		"the disk was full, then a kill": {attempts(whyDisk+"@", whyDisk+"@", whyDisk+"@", whyKilled+"@"), false},
		"mlhook was killed":              {attempts(whyInterrupted+"@", whyInterrupted+"@", whyInterrupted+"@"), false},
	} {
		if why, loop := run.CrashLoop(failures(c.trial)); loop != c.loop {
			t.Errorf("%s: %v %s", name, loop, why)
		}
	}
}

// bare is a loop with a journal and one run, at work in no engine.
func bare(t *testing.T) *Loop {
	t.Helper()
	dir := t.TempDir()
	journal, err := store.Open(t.Context(), filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { journal.Close() })
	r, _, err := journal.Add(t.Context(), store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	return &Loop{Number: r.Number, Dir: dir, Journal: journal, Settings: config.Defaults(), Out: io.Discard, budget: &budget{most: time.Hour},
		program: &inspect.Program{Entry: "train.py", Dir: "."}, Hold: func() string { return "" },
		Notify: func(context.Context, store.Message) (string, error) { return "", nil }}
}

func TestCrashLoop(t *testing.T) {
	l := bare(t)
	trial := attempts()
	gone := &lost{why: "the agent died (code 139)", cause: run.CauseMlhook}
	if stuck, err := l.tryAgain(t.Context(), &trial, gone); err != nil || stuck != "" || len(trial.Attempts) != 2 {
		t.Fatal(stuck, err)
	}
	if stuck, err := l.tryAgain(t.Context(), &trial, gone); err != nil || !strings.Contains(stuck, "2 times at the same step") {
		t.Fatal(stuck, err)
	}
	if trials, err := l.Journal.Trials(t.Context(), l.Number); err != nil || len(trials[0].Attempts) != 3 {
		t.Error(trials, err)
	}
}

// A full disk is waited for, and what was lost by it is no failure.
func TestFullDisk(t *testing.T) {
	l := bare(t)
	if _, err := l.Journal.Change(t.Context(), l.Number, func(r *run.Run) { r.State = run.Training }); err != nil {
		t.Fatal(err)
	}
	failure := outcome{failure: "train.py:3: OSError: [Errno 28] No space left on device"}
	if l.fault(failure) != nil {
		t.Error("a script that fills its own /tmp fails by itself")
	}
	l.Hold = func() string { return "the disk has 3 MB left" }
	gone := l.fault(failure)
	if gone == nil {
		t.Fatal("the disk is full, and the script was blamed")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	l.Notify = func(context.Context, store.Message) (string, error) {
		cancel(errors.New("told"))
		return "", nil
	}
	trial := attempts()
	if _, err := l.tryAgain(ctx, &trial, gone); err == nil || err.Error() != "told" && !errors.Is(err, context.Canceled) {
		t.Errorf("no wait: %v", err)
	}
	if len(failures(trial)) != 0 {
		t.Error("it counts as a failure")
	}
}

// An agent that still imports knows what it was asked for: a runner that comes
// then does not begin the attempt a second time.
func TestAttemptOfAnAgentThatIsNotReady(t *testing.T) {
	ctx := t.Context()
	l, r := trained(t, "print('Test accuracy: 0.5')", "numpy")
	defer func() { l.closeSession(ctx, &ending{}) }()
	trial := run.Trial{State: run.Training, Start: run.Cold, Seed: 5}
	s, opened, err := l.openSession(ctx, r)
	if err != nil || !opened || l.stands(s, trial) {
		t.Fatal(opened, err)
	}
	if err := l.begin(ctx, s, &trial); err != nil {
		t.Fatal(err)
	}
	l.session = nil // as a runner that was killed leaves it
	if err := l.execute(ctx, r, trial); err != nil {
		t.Fatal(err)
	}
	trials, err := l.Journal.Trials(ctx, r.Number)
	if err != nil || !l.session.Adopted() || len(trials[0].Attempts) != 1 || trials[0].Value == nil || *trials[0].Value != 0.5 {
		t.Errorf("%+v %v", trials, err)
	}
}

// What an agent that is gone began is not what the next one was asked for.
func TestAttemptOfAnAgentThatIsGone(t *testing.T) {
	ctx := t.Context()
	l, r := trained(t, "import time; time.sleep(600)", "numpy")
	defer func() { l.closeSession(ctx, &ending{}) }()
	trial := run.Trial{State: run.Training, Start: run.Cold, Seed: 5}
	s, _, err := l.openSession(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.begin(ctx, s, &trial); err != nil {
		t.Fatal(err)
	}
	for begun := false; !begun; time.Sleep(10 * time.Millisecond) {
		events, _, err := s.Events(0, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		begun = len(events) > 0
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for range 2 { // started, then adopted
		l.session = nil
		if s, _, err = l.openSession(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Adopted() || l.stands(s, trial) {
		t.Error("the attempt is waited for, and nobody makes it")
	}
}

func TestBudgetCountsWorkOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &budget{most: time.Hour, used: 20 * time.Minute}
		b.resume()
		time.Sleep(30 * time.Minute)
		b.pause()
		time.Sleep(24 * time.Hour)
		b.pause()
		if b.over() || b.spent() != 50*time.Minute {
			t.Errorf("spent %v", b.spent())
		}
		b.resume()
		b.resume()
		time.Sleep(10 * time.Minute)
		if !b.over() {
			t.Errorf("spent %v", b.spent())
		}
	})
}

func TestLimits(t *testing.T) {
	l := bare(t)
	if why := l.limited(); why != "" {
		t.Error(why)
	}
	l.Settings.Disk = 1e-9
	if why := l.limited(); !strings.Contains(why, "mlhook.disk") {
		t.Errorf("disk: %q", why)
	}
	l.budget.used = time.Hour
	if why := l.limited(); !strings.Contains(why, "mlhook.minutes") {
		t.Errorf("minutes: %q", why)
	}
}

func TestOutOfMemoryIsTriedOnceWithHalfTheBatch(t *testing.T) {
	l := bare(t)
	l.program.Tunables = []space.Tunable{{ID: "b", Kind: "number", Role: "batch_size", Value: "64"}, {ID: "r", Kind: "number", Value: "1"}}
	base := run.Trial{State: run.Done, Error: "train.py was killed by signal 9", Seed: 7}
	next, ok := l.smaller([]run.Trial{base, {Values: map[string]string{"r": "2"}}}) // what trained beside is no answer
	if !ok || next.Values["b"] != "32" || len(next.Values) != 1 || next.Seed != 7 {
		t.Fatalf("%v %+v", ok, next)
	}
	next.State, next.Error = run.Done, "MemoryError: "
	trials := []run.Trial{base, next}
	if _, ok := l.smaller(trials); ok {
		t.Error("halved twice")
	}
	var end *ending
	if err := l.judge(trials); !errors.As(err, &end) || end.cause != run.CauseResources || !strings.Contains(end.reason, "half the batch") {
		t.Error(err)
	}
	value := 0.5
	trials[1].Value = &value
	if err := l.judge(trials); err != nil {
		t.Error(err)
	}
	l.program.Tunables = nil
	if _, ok := l.smaller([]run.Trial{base}); ok {
		t.Error("nothing to halve")
	}
}

// flaky is an engine that answers no sooner than the second time.
type flaky struct {
	engine.Engine
	asked int
}

func (f *flaky) Check(context.Context) error {
	if f.asked++; f.asked < 2 {
		return &engine.Unavailable{Engine: "docker", Why: "it is away"}
	}
	return nil
}

// A run that goes on after its engine was away says so, and its time counts.
func TestEngineComesBack(t *testing.T) {
	l := bare(t)
	e := &flaky{}
	l.Engine, l.Moved = e, func(context.Context) bool { return false }
	l.budget.resume()
	worked := 0
	err := l.patiently(t.Context(), func() error {
		if worked++; worked == 1 {
			return &engine.Unavailable{Engine: "docker", Why: "it is away"}
		}
		return nil
	})
	if err != nil || worked != 2 || e.asked != 2 {
		t.Errorf("%v; worked %d times, asked %d times, want 2 and 2", err, worked, e.asked)
	}
	r, err := l.Journal.Run(t.Context(), l.Number)
	if err != nil || r.State != run.Training || r.Reason != "" || l.budget.since.IsZero() {
		t.Errorf("%v; the run is %s (%s), its time counts: %t", err, r.State, r.Reason, !l.budget.since.IsZero())
	}
}

// What the user is to be told lies beside the run from before its end is journalled
// until it was told, so that no death between loses it.
func TestPromise(t *testing.T) {
	l := bare(t)
	l.Repo = noting{}
	if _, err := l.Journal.Change(t.Context(), l.Number, func(r *run.Run) { r.State = run.Training }); err != nil {
		t.Fatal(err)
	}
	times := 0
	l.Notify = func(_ context.Context, told store.Message) (string, error) {
		times++
		r, err := l.Journal.Run(t.Context(), l.Number)
		if m, ok := store.Promised(l.Dir); err != nil || r.State != run.Done || !ok || m != told {
			t.Errorf("told %q of a run that is %s, promised: %+v %v", told.Title, r.State, m, err)
		}
		return "", nil
	}
	if err := l.finish(t.Context(), &ending{verdict: run.Failed, reason: "no data"}); err != nil {
		t.Fatal(err)
	}
	if _, ok := store.Promised(l.Dir); ok || times != 1 {
		t.Errorf("told %d times, and promised still: %v", times, ok)
	}
}

// A mail that is not taken stays promised, for the supervisor to send again.
func TestMailThatFails(t *testing.T) {
	l := bare(t)
	l.Repo = noting{}
	l.Notify = func(context.Context, store.Message) (string, error) { return "shown", notify.ErrMail }
	if err := l.finish(t.Context(), &ending{verdict: run.Failed, reason: "no data"}); err != nil {
		t.Fatal(err)
	}
	if m, ok := store.Promised(l.Dir); !ok || m.Failed != 1 || m.Wait() <= 0 {
		t.Errorf("promised: %+v %t", m, ok)
	}
}

// noting is a repository that only takes notes.
type noting struct{ Repository }

func (noting) Note(context.Context, string, string) error { return nil }
