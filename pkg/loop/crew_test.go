//go:build unix

package loop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
)

// slow is a script that trains too short; %s comes before the training.
const slow = `import math, os, random, time
rng = random.Random(0)
rows = [(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(90)]
labels = [x + y > 0 for x, y in rows]
%s
learning_rate = 0.002
a = b = -0.1
for epoch in range(2):
    for (x, y), label in zip(rows[:60], labels):
        error = label - 1 / (1 + math.exp(-a * x - b * y))
        a += learning_rate * error * x
        b += learning_rate * error * y
right = sum((a * x + b * y > 0) == label for (x, y), label in zip(rows[60:], labels[60:]))
print("Test accuracy:", right / 30)
`

// crewed trains a script with two places, and returns its end and its trials.
func crewed(t *testing.T, script string, beside func(*Loop)) (ending, []run.Trial) {
	t.Helper()
	l, r := trained(t, script, "math")
	var err error
	l.program, err = inspect.Inspect(inspect.Source{FS: os.DirFS(l.commitDir()),
		Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	l.Settings.Parallel, l.Settings.Trials, l.Settings.Target = 2, 8, 0.95
	done := make(chan struct{})
	go func() {
		defer close(done)
		beside(l)
	}()
	err = l.train(t.Context(), r)
	<-done
	var end *ending
	if !errors.As(err, &end) {
		t.Fatal(err)
	}
	trials, err := l.Journal.Trials(t.Context(), l.Number)
	if err != nil {
		t.Fatal(err)
	}
	if left := under(trials); len(left) > 0 {
		t.Errorf("%d trials are under way for ever", len(left))
	}
	return *end, trials
}

// at is when the first attempt of a trial had an event.
func at(l *Loop, trial int, kind string) (seconds float64, ok bool) {
	f, err := os.Open(filepath.Join(l.Dir, "trials", fmt.Sprint(trial), "1", "events.jsonl"))
	if err != nil {
		return 0, false
	}
	defer f.Close()
	events, _, err := agent.ReadEvents(f, 0)
	n := slices.IndexFunc(events, func(e agent.Event) bool { return e.Type == kind })
	if err != nil || n < 0 {
		return 0, false
	}
	return events[n].Time, true
}

// both waits until the first two trials train at the same time.
func both(t *testing.T, l *Loop) {
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		_, one := at(l, 0, "begin")
		_, two := at(l, 1, "begin")
		if one && two {
			return
		}
	}
	t.Error("no two trials began")
}

func TestTrialsSideBySide(t *testing.T) {
	var l *Loop
	end, trials := crewed(t, fmt.Sprintf(slow, "time.sleep(1)"), func(own *Loop) { l = own })
	if end.verdict != run.Reached || len(trials) < 2 {
		t.Fatalf("%+v, %d trials", end, len(trials))
	}
	began, _ := at(l, 1, "begin")
	if ended, _ := at(l, 0, "exit"); began > ended {
		t.Errorf("trial 1 began %.2f s after the end of trial 0", began-ended)
	}
	for _, trial := range trials {
		if trial.Value == nil && trial.Error == "" {
			t.Errorf("trial %d has neither value nor error", trial.N)
		}
	}
}

// A killed agent takes both trials along, and both are made again.
func TestAgentOfTwoDies(t *testing.T) {
	end, trials := crewed(t, fmt.Sprintf(slow, "time.sleep(3)"), func(l *Loop) {
		both(t, l)
		var process struct{ PID int }
		text, err := os.ReadFile(filepath.Join(l.Dir, "sessions", "1", "process.json"))
		if err == nil {
			err = json.Unmarshal(text, &process)
		}
		if err == nil {
			err = syscall.Kill(process.PID, syscall.SIGKILL)
		}
		if err != nil {
			t.Error(err)
		}
	})
	if end.verdict != run.Reached {
		t.Fatalf("%+v", end)
	}
	for _, trial := range trials[:2] {
		if len(trial.Attempts) != 2 || *trial.Attempts[1].Why != whyKilled {
			t.Errorf("trial %d: %+v", trial.N, trial.Attempts)
		}
	}
}

// What dies of too little memory beside another is no fault of its own: it is
// made again alone.
func TestTooLittleMemoryForTwo(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "lock")
	end, trials := crewed(t, fmt.Sprintf(slow, `try: os.mkdir("`+lock+`")
except FileExistsError: raise MemoryError
time.sleep(1)
os.rmdir("`+lock+`")`), func(*Loop) {})
	if end.verdict != run.Reached {
		t.Fatalf("%+v", end)
	}
	again := 0
	for _, trial := range trials {
		if strings.Contains(trial.Error, "MemoryError") {
			t.Errorf("trial %d: %s", trial.N, trial.Error)
		}
		if len(trial.Attempts) > 1 && *trial.Attempts[1].Why == whyCrowded {
			again++
		}
	}
	if again != 1 {
		t.Errorf("%d trials were made again", again)
	}
}

// Two that die at once died of each other, both of them.
func TestTooLittleMemoryForEither(t *testing.T) {
	dir := t.TempDir()
	end, trials := crewed(t, fmt.Sprintf(slow, `if len(os.listdir("`+dir+`")) < 2:
    open("`+dir+`/%d" % os.getpid(), "w").close()
    while len(os.listdir("`+dir+`")) < 2: time.sleep(0.01)
    raise MemoryError`), func(*Loop) {})
	if end.verdict != run.Reached {
		t.Fatalf("%+v", end)
	}
	for _, trial := range trials[:2] {
		if len(trial.Attempts) != 2 || *trial.Attempts[1].Why != whyCrowded || strings.Contains(trial.Error, "MemoryError") {
			t.Errorf("trial %d: %+v %s", trial.N, trial.Attempts, trial.Error)
		}
	}
}

func TestHowManyAtOnce(t *testing.T) {
	own := func(seconds, cpu float64, memory int64) run.Trial {
		value := 0.5
		return run.Trial{State: run.Done, Value: &value, Seconds: seconds, CPU: cpu, Memory: memory}
	}
	l := &Loop{CPUs: 7, Memory: 16 << 30}
	for want, trials := range map[int][]run.Trial{
		1: {own(10, 61, 1<<20)},              // it has six threads itself
		2: {own(10, 10, 4<<30)},              // two fit into half the memory
		3: {own(10, 24, 1<<20)},              // of two threads
		4: {own(10, 9.7, 1<<30), {}, {}, {}}, // of one
	} {
		if n := l.places(trials); n != want {
			t.Errorf("%+v: %d, want %d", trials[0], n, want)
		}
	}
	if l.places(nil) != 1 || l.places([]run.Trial{{}}) != 1 {
		t.Error("the user's own code trains alone")
	}
	l.Settings.Parallel = 6
	if n := l.places([]run.Trial{own(10, 61, 1<<40)}); n != 6 {
		t.Errorf("the setting says 6, and it is %d", n)
	}
}
