package supervise

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

func TestOneRunForACommit(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	for range 3 {
		s.hook(r, "1", "main")
		s.look()
	}
	s.expect("a/1")
	s.change(r, 1, training)
	s.change(r, 1, reached)
	close(s.runners["a/1"])
	s.hook(r, "1", "main")
	s.look()
	s.expect("a/1")
	if _, _, err := s.journal(r).Add(t.Context(), store.Order{Commit: commit("1")}); err != nil {
		t.Fatal(err)
	}
	if err := store.Wake(r.Dir()); err != nil {
		t.Fatal(err)
	}
	s.look()
	s.expect("a/1", "a/2")
}

func TestDamagedOrder(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	file := filepath.Join(store.QueueDir(r.Dir()), commit("a")+".7")
	if err := os.WriteFile(file, []byte("v 2\ncommit "+commit("b")), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	s.look()
	if got := s.run(r, 1); got.Commit != commit("a") || got.Branch != "main" || got.Trigger != run.ByCommit {
		t.Errorf("%+v", got)
	}
}

// A newer commit takes the place of what is queued.
func TestNewerCommit(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	for _, letter := range []string{"2", "3"} {
		s.hook(r, letter, "main")
		s.look()
	}
	s.hook(r, "4", "side")
	s.look()
	s.expectRun(r, 1, run.Training, "", "")
	s.expectRun(r, 2, run.Done, run.Superseded, "commit 3333333333 came before training began")
	s.expectRun(r, 3, run.Queued, "", "it waits until run 1 of this repository is done")
	s.expectRun(r, 4, run.Queued, "", "it waits until run 1 of this repository is done")
	stopped := func() string {
		_, reason, err := s.journal(r).StopWanted(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return reason
	}
	if got := stopped(); got != "" {
		t.Errorf("a training run is stopped silently: %s", got)
	}
	s.settings.Newer = "stop"
	s.look()
	if got := stopped(); !strings.Contains(got, "mlhook.newer is stop") {
		t.Errorf("mlhook.newer=stop: %q", got)
	}
}

func TestAmendTakesThePlace(t *testing.T) {
	warnings := strings.Repeat(`{"v":1,"seq":0,"type":"warning","text":"`+strings.Repeat("x", 1<<16)+"\"}\n", 200)
	for name, c := range map[string]struct {
		events  string
		learned bool
	}{
		"before the first epoch":             {`{"v":1,"seq":1,"type":"fit"}` + "\n" + `{"v":1,"seq":2,"type":"checkpoint","path":"0-1-1"}` + "\n", false},
		"after an epoch":                     {`{"v":1,"seq":1,"type":"curve","epoch":1}` + "\n", true},
		"after the checkpoint of an epoch":   {`{"v":1,"seq":1,"type":"checkpoint","path":"1-1-1","epoch":1}` + "\n", true},
		"after an epoch behind much else":    {warnings + `{"v":1,"seq":1,"type":"curve","epoch":1}` + "\n", true},
		"before an epoch that is only begun": {warnings + `{"v":1,"seq":1,"type":"curve","epo`, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			r := s.repo("a")
			s.hook(r, "1", "main")
			s.look()
			s.change(r, 1, training)
			dir := filepath.Join(s.State.RunDir(r, 1), "trials", "0", "1")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(c.events), 0o644); err != nil {
				t.Fatal(err)
			}
			s.amended[commit("2")] = true
			s.hook(r, "2", "main")
			s.look()
			wanted, reason, err := s.journal(r).StopWanted(t.Context(), 1)
			if err != nil || wanted == c.learned || wanted && !strings.Contains(reason, "took the place") {
				t.Errorf("stop %v %q %v", wanted, reason, err)
			}
		})
	}
}

// A runner that another supervisor started this instant, and which holds no lock
// yet, counts as alive: no other run of the repository takes its place.
func TestRunnerThatIsBeingStarted(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	s.Supervisor = s.successor()
	s.hook(r, "2", "main")
	s.look()
	s.expect("a/1")
	s.expectRun(r, 2, run.Queued, "", "it waits until run 1 of this repository is done")
}

func TestSlots(t *testing.T) {
	s := newScene(t)
	a, b, c := s.repo("a"), s.repo("b"), s.repo("c")
	s.hook(a, "1", "main")
	s.look()
	s.change(a, 1, training)
	s.hook(b, "1", "main")
	s.look()
	s.expect("a/1")
	s.expectRun(b, 1, run.Queued, "", "it waits until run 1 of "+a.Top+" is done; `git config --global mlhook.slots 2`")
	s.settings.Slots = 2
	s.hook(c, "1", "main")
	s.look()
	s.expect("a/1", "b/1")
	s.expectRun(c, 1, run.Queued, "", "it waits until one of 2 other runs is done")
	s.change(a, 1, reached)
	close(s.runners["a/1"])
	s.look()
	s.expect("a/1", "b/1", "c/1")
}

// A journal that cannot be written holds up its own repository only.
func TestJournalThatCannotBeWritten(t *testing.T) {
	s := newScene(t)
	a, b := s.repo("a"), s.repo("b")
	s.journal(a)
	db, err := sql.Open("sqlite", filepath.Join(a.Dir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TRIGGER full BEFORE INSERT ON recoveries BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"); err != nil {
		t.Fatal(err)
	}
	s.hook(a, "1", "main")
	s.look()
	s.hook(b, "1", "main")
	s.look()
	s.expect("b/1")
	if s.next > blindPoll || !strings.Contains(s.log.String(), "the disk is full") {
		t.Errorf("the next look is in %s:\n%s", s.next, s.log.String())
	}
	if _, err := db.Exec("DROP TRIGGER full"); err != nil {
		t.Fatal(err)
	}
	s.settings.Slots = 2
	s.look()
	s.expect("b/1", "a/1")
}

// What woke the supervisor is gone then, but not forgotten.
func TestJournalThatCannotBeRead(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.look()
	if _, _, err := s.journal(r).Add(t.Context(), store.Order{Commit: commit("1")}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(r.Dir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"ALTER TABLE runs RENAME TO away", "ALTER TABLE away RENAME TO runs"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(statement, "away") {
			if err := store.Wake(r.Dir()); err != nil {
				t.Fatal(err)
			}
		}
		s.look()
	}
	s.expect("a/1")
}

func TestDeadRunnerIsStartedAgain(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	s.dies(r, 1, "") // kill -9
	s.look()
	s.expect("a/1", "a/1")
	s.dies(r, 1, "")
	s.look()
	s.expect("a/1", "a/1") // backing off
	s.expectRun(r, 1, run.Waiting, "", "its runner died 2 times without progress between and starts again at ")
	if s.next > 7*time.Second {
		t.Errorf("the next look is in %v", s.next)
	}
	s.Supervisor = s.successor() // which remembers
	s.look()
	s.expect("a/1", "a/1")
	s.due(r, 1)
	s.look()
	s.expect("a/1", "a/1", "a/1")
}

func TestCrashLoop(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	for range 2 {
		s.change(r, 1, training)
		s.dies(r, 1, "some warning\npanic: index out of range\n\ngoroutine 1 [running]:\n")
		s.look()
		s.Supervisor = s.successor()
	}
	s.expectRun(r, 1, run.Done, run.Failed, "it failed 2 times at the same step with: panic: index out of range")
	if got := s.run(r, 1); got.Cause != run.CauseMlhook || len(s.cleaned) != 1 || len(s.told) != 1 {
		t.Errorf("%s, cleaned %v, told %v", got.Cause, s.cleaned, s.told)
	}
}

func TestProgressIsNoCrashLoop(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	for n := range 9 {
		s.change(r, 1, func(r *run.Run) { training(r); r.TrialsDone = n })
		s.dies(r, 1, "mlhook: the same words\n")
		s.look()
	}
	if len(s.spawned) != 10 {
		t.Errorf("%d starts", len(s.spawned))
	}
}

func TestForgivenDeaths(t *testing.T) {
	for name, words := range map[string]string{"logout": "mlhook: " + Interrupted, "disk": "mlhook: journal run 1: database or disk is full (13)"} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			r := s.repo("a")
			s.hook(r, "1", "main")
			s.look()
			for range 5 {
				s.change(r, 1, training)
				s.dies(r, 1, words+"\n")
				s.look()
			}
			if len(s.spawned) != 6 {
				t.Errorf("%d starts", len(s.spawned))
			}
		})
	}
	t.Run("reboot", func(t *testing.T) {
		s := newScene(t)
		r := s.repo("a")
		s.hook(r, "1", "main")
		s.look()
		s.change(r, 1, training)
		for range 5 {
			j := s.journal(r)
			rec, err := j.Recovery(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			rec.Boot = "another"
			if err := j.PutRecovery(t.Context(), 1, rec); err != nil {
				t.Fatal(err)
			}
			s.Supervisor = s.successor()
			s.look()
		}
		if rec, err := s.journal(r).Recovery(t.Context(), 1); err != nil || len(s.spawned) != 6 || len(rec.Failures) != 0 {
			t.Errorf("%d starts, %v %v", len(s.spawned), rec.Failures, err)
		}
	})
}

// A runner that outlived its supervisor is found by its lock.
func TestRunnerIsAdopted(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	lock := RunnerLock(s.State.RunDir(r, 1))
	if held, err := Acquire(t.Context(), lock); err != nil || !held {
		t.Fatal(held, err)
	}
	s.Supervisor = s.successor()
	s.look()
	s.expect("a/1")
	if s.next != busyPoll {
		t.Errorf("the next look is in %v", s.next)
	}
	lock.Unlock()
	j := s.journal(r)
	rec, err := j.Recovery(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	rec.Started = rec.Started.Add(-startGrace)
	if err := j.PutRecovery(t.Context(), 1, rec); err != nil {
		t.Fatal(err)
	}
	s.look()
	s.expect("a/1", "a/1")
}

func TestStopIsRemembered(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	s.hook(r, "2", "side")
	s.look()
	for number := 1; number <= 2; number++ {
		if err := s.journal(r).WantStop(t.Context(), number, ""); err != nil {
			t.Fatal(err)
		}
	}
	s.dies(r, 1, "")
	s.Supervisor = s.successor()
	s.look()
	s.expectRun(r, 2, run.Done, run.Stopped, "before training began")
	// The one that was begun gets a runner, which cleans up, even on a machine
	// that must not train.
	s.due(r, 1)
	s.settings.Slots = 0
	j := s.journal(r)
	rec, err := j.Recovery(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	rec.Started = time.Time{}
	if err := j.PutRecovery(t.Context(), 1, rec); err != nil {
		t.Fatal(err)
	}
	s.look()
	s.expect("a/1", "a/1")
}

func TestClockSetBack(t *testing.T) {
	s := newScene(t)
	if why := s.backingOff(run.Recovery{NotBefore: time.Now().Add(time.Hour), Failures: []run.Failure{{}}}); why != "" {
		t.Errorf("waits for an hour: %s", why)
	}
}

func TestOneSupervisor(t *testing.T) {
	s := newScene(t)
	s.repo("a")
	first, second := s.Supervisor, s.successor()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- first.Run(ctx) }()
	for !Held(Lock(s.State)) {
		time.Sleep(time.Millisecond)
	}
	if err := second.Run(t.Context()); err != ErrRunning {
		t.Errorf("the second one: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(AliveFile(s.State)); err == nil {
		t.Error("the announcement stayed behind")
	}
	second.Replaced = func() bool { return true }
	second.Poll = time.Millisecond
	if err := second.Run(t.Context()); err != ErrReplaced {
		t.Errorf("an upgraded one: %v", err)
	}
}
