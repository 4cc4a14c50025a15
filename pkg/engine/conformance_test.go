package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	docker "github.com/fsouza/go-dockerclient"

	"github.com/mlhook/mlhook/pkg/agent"
)

// One suite holds both engines to the comments in engine.go, with the real
// agent in a real container or process.

// An under is an engine under test.
type under struct {
	Engine
	job Job
	// fresh returns an engine that shares nothing with this one but the disk,
	// as a runner does that comes after a killed one.
	fresh func() Engine
	// crash kills the agent from outside.
	crash func(t *testing.T, s Session)
	// left lists what there is of the run.
	left func(t *testing.T) []string
}

func TestConformance(t *testing.T) {
	for name, start := range map[string]func(*testing.T) under{"docker": underDocker, "local": underLocal} {
		t.Run(name, func(t *testing.T) {
			u := start(t)
			t.Cleanup(func() { u.Clean(context.Background(), u.job.RunID) })
			// The steps share a session: each one is a stage in its life.
			s := open(t, u)
			t.Run("attempt", func(t *testing.T) { checkAttempt(t, u, s) })
			t.Run("stop", func(t *testing.T) { checkStop(t, u, s) })
			t.Run("adopt", func(t *testing.T) { s = checkAdopt(t, u) })
			t.Run("hostile", func(t *testing.T) { checkHostile(t, u, s) })
			t.Run("crash", func(t *testing.T) { s = checkCrash(t, u, s) })
			t.Run("removed", func(t *testing.T) { s = checkRemoved(t, u, s) })
			t.Run("close", func(t *testing.T) { checkClose(t, u, s) })
		})
	}
}

// A container may take the machine's memory but for a little.
func TestMemoryLimit(t *testing.T) {
	u := underDocker(t)
	t.Cleanup(func() { u.Clean(context.Background(), u.job.RunID) })
	s, d := open(t, u).(*dockerSession), u.Engine.(*Docker)
	c, err := d.client.InspectContainerWithOptions(docker.InspectContainerOptions{ID: s.id, Context: testContext(t)})
	if err != nil {
		t.Fatal(err)
	}
	info, err := d.client.Info()
	if err != nil {
		t.Fatal(err)
	}
	if !info.MemoryLimit {
		t.Skip("this Docker limits no memory")
	}
	if limit := c.HostConfig.Memory; limit >= info.MemTotal || limit < info.MemTotal*9/10 {
		t.Errorf("the container may take %d of %d bytes", limit, info.MemTotal)
	}
}

// lacking skips a test that lacks something, or fails it where nothing may be missing.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// newJob makes a run's directory with a data file.
func newJob(t *testing.T) Job {
	dir := t.TempDir()
	data := filepath.Join(dir, "numbers.csv")
	write(t, data, "1,2,3\n")
	run := filepath.Join(dir, "run")
	if err := os.MkdirAll(filepath.Join(run, "trials"), 0o755); err != nil {
		t.Fatal(err)
	}
	// The user that trials run as is another one when the tests run as root.
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		os.Chmod(d, 0o755)
	}
	return Job{RunID: fmt.Sprintf("test-%d-%d", os.Getpid(), time.Now().UnixNano()), Repo: filepath.Join(dir, ".git"),
		Commit: "0123456789abcdef", Dir: run, Data: []Mount{{Source: data, Name: "d0"},
			{Source: data, Name: "d1", At: "/kaggle/input/x/numbers.csv"}, {Source: data, Name: "d2", At: "~/work/numbers.csv"}},
		Env: map[string]string{"FROM_JOB": "yes"}, UID: os.Getuid(), GID: os.Getgid()}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, u under) Session {
	t.Helper()
	s, err := u.Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	if s.Adopted() {
		t.Fatal("a first session is adopted")
	}
	if e := hello(t, s); e.Python == "" {
		t.Fatalf("hello is %+v", e)
	}
	return s
}

func hello(t *testing.T, s Session) agent.Event {
	t.Helper()
	e, err := s.Hello(testContext(t))
	if err != nil || e.Type != agent.EventHello {
		t.Fatalf("hello is %+v, %v", e, err)
	}
	return e
}

// begin lays out a script and starts it as an attempt of a trial.
func begin(t *testing.T, u under, s Session, trial, attempt int, script string) agent.Request {
	t.Helper()
	write(t, filepath.Join(u.job.Dir, "trials", fmt.Sprint(trial), fmt.Sprint(attempt), "tree", "train.py"), script)
	req := agent.Request{V: agent.Version, Op: agent.OpRun, Trial: trial, Attempt: attempt, Script: "train.py", Cwd: ".",
		Threads: 1, LogLimit: 1 << 20, Grace: 1}
	if err := s.Start(testContext(t), req); err != nil {
		t.Fatal(err)
	}
	return req
}

// await reads an attempt's events until one of the type comes.
func await(t *testing.T, s Session, trial, attempt int, kind string) (all []agent.Event) {
	t.Helper()
	offset := int64(0)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		events, next, err := s.Events(trial, attempt, offset)
		if err != nil {
			t.Fatal(err)
		}
		all, offset = append(all, events...), next
		if slices.ContainsFunc(events, func(e agent.Event) bool { return e.Type == kind }) {
			return all
		}
	}
	t.Fatalf("no %s event of trial %d in a minute; log: %s", kind, trial, logText(t, s, trial, attempt))
	return nil
}

// runDir is the run's directory on this machine.
func runDir(s Session) string {
	if d, ok := s.(*dockerSession); ok {
		return d.run
	}
	return s.(*localSession).run
}

func logText(t *testing.T, s Session, trial, attempt int) string {
	t.Helper()
	f, err := OpenLog(runDir(s), trial, attempt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func last(events []agent.Event) agent.Event { return events[len(events)-1] }

const trainScript = `
import os, sys
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

open("written.txt", "w").write("the tree is writable")
print("data:", open(DATA).read().strip())
print("calm:", os.nice(0) >= 10)
print("env:", os.environ["FROM_JOB"], os.environ["OMP_NUM_THREADS"], os.environ["PYTHONHASHSEED"], os.getuid())
x, y = load_digits(return_X_y=True)
a, b, c, d = train_test_split(x, y, random_state=0)
model = LogisticRegression(max_iter=200).fit(a, c)
print("accuracy", accuracy_score(d, model.predict(b)))
`

func checkAttempt(t *testing.T, u under, s Session) {
	script := fmt.Sprintf("DATA = %q\n%s", s.DataPath("d0"), trainScript)
	placed := 0
	for _, m := range u.job.Data {
		if m.At != "" && u.Places(m) {
			script += fmt.Sprintf("import os\nprint('placed:', open(os.path.expanduser(%q)).read())\n", m.At)
			placed++
		}
	}
	if want := map[string]int{"docker": 2}[u.Name()]; placed != want {
		t.Errorf("the engine shows %d files where the program looks for them, want %d", placed, want)
	}
	if events, offset, err := s.Events(0, 1, 0); len(events) != 0 || offset != 0 || err != nil {
		t.Fatalf("events before the start: %v %d %v", events, offset, err)
	}
	req := begin(t, u, s, 0, 1, script)
	events := await(t, s, 0, 1, agent.EventExit)
	if code := last(events).Code; code == nil || *code != 0 {
		t.Fatalf("exit is %+v; log: %s", last(events), logText(t, s, 0, 1))
	}
	text := logText(t, s, 0, 1)
	if n := strings.Count(text, "placed: 1,2,3"); n != placed {
		t.Errorf("%d of %d files are where the program looks for them: %q", n, placed, text)
	}
	if !strings.Contains(text, "data: 1,2,3") || !strings.Contains(text, "env: yes 1 0 ") || strings.Contains(text, "env: yes 1 0 0\n") && u.Name() == "docker" {
		t.Errorf("log is %q", text)
	}
	if !strings.Contains(text, "calm: True") && runtime.GOOS != "windows" {
		t.Errorf("training is not below the desktop's priority: %q", text)
	}
	metric := slices.IndexFunc(events, func(e agent.Event) bool { return e.Type == agent.EventMetric && e.Name == "accuracy" })
	if metric < 0 || events[metric].Value == nil || *events[metric].Value < 0.9 {
		t.Errorf("no accuracy above 0.9 among %+v", events)
	}
	checkModel(t, s, events)
	// Asking again for the same attempt must not run it again.
	if err := s.Start(testContext(t), req); err != nil {
		t.Fatal(err)
	}
	begin(t, u, s, 1, 1, "print('second')") // a later request is seen after the repeated one
	await(t, s, 1, 1, agent.EventExit)
	if again, _, _ := s.Events(0, 1, 0); len(again) != len(events) {
		t.Errorf("%d events after asking twice, %d before", len(again), len(events))
	}
}

func checkModel(t *testing.T, s Session, events []agent.Event) {
	i := slices.IndexFunc(events, func(e agent.Event) bool { return e.Type == agent.EventModel })
	if i < 0 {
		t.Fatalf("no model among %+v", events)
	}
	f, err := OpenModel(runDir(s), 0, 1, events[i].Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if n, err := io.Copy(h, f); err != nil || n != events[i].Size || hex.EncodeToString(h.Sum(nil)) != events[i].SHA256 {
		t.Errorf("the model has %d bytes, hash %x, error %v; the event says %+v", n, h.Sum(nil), err, events[i])
	}
}

func checkStop(t *testing.T, u under, s Session) {
	begin(t, u, s, 2, 1, "import time\nprint('sleeping', flush=True)\ntime.sleep(600)")
	await(t, s, 2, 1, agent.EventBegin)
	if s.Stopped(2, 1) {
		t.Error("nobody has stopped it yet")
	}
	if err := s.Stop(testContext(t), 2, 1); err != nil {
		t.Fatal(err)
	}
	if !s.Stopped(2, 1) || s.Stopped(2, 2) {
		t.Error("it is not known which attempt was stopped")
	}
	if e := last(await(t, s, 2, 1, agent.EventExit)); e.Code != nil && *e.Code == 0 {
		t.Errorf("a stopped attempt ended with %+v", e)
	}
	if exit, err := s.Exited(testContext(t)); exit != nil || err != nil {
		t.Errorf("the agent ended with its attempt: %+v %v", exit, err)
	}
}

// checkHostile has a trial replace its files with what must not be followed.
func checkHostile(t *testing.T, u under, s Session) {
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, "secret")
	begin(t, u, s, 5, 1, fmt.Sprintf(`
import os
os.makedirs("../model", exist_ok=True)
os.symlink(%q, "../model/link")
os.symlink("../tree/train.py", "../model/inside")
os.mkfifo("../model/fifo")
os.symlink("..", "../model/up")
`, secret))
	await(t, s, 5, 1, agent.EventExit)
	for _, path := range []string{"link", "inside", "fifo", "up/log", "../log", "../../../../secret", secret, "."} {
		done := make(chan error, 1)
		go func() {
			f, err := OpenModel(u.job.Dir, 5, 1, path)
			if err == nil {
				f.Close()
			}
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("model %q was opened", path)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("opening model %q hangs", path)
		}
	}
	trial := filepath.Join(u.job.Dir, "trials", "5", "1")
	for _, name := range []string{"log", "events.jsonl"} {
		if err := os.Remove(filepath.Join(trial, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(secret, filepath.Join(trial, name)); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := OpenLog(u.job.Dir, 5, 1); err == nil {
		f.Close()
		t.Error("a log that is a symlink was opened")
	}
	if _, _, err := s.Events(5, 1, 0); err == nil {
		t.Error("events that are a symlink were read")
	}
}
