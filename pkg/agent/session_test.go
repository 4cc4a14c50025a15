package agent_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A session is a real agent under test with a directory of its own, or a part
// of one that several tests share.
type session struct {
	t        testing.TB
	dir      string
	requests string
	cmd      *exec.Cmd
	first    int // the agent's number of the session's trial 0
}

// interpreter returns the Python that the tests run, MLHOOK_TEST_PYTHON or python3.
func interpreter(t testing.TB) string {
	t.Helper()
	name := os.Getenv("MLHOOK_TEST_PYTHON")
	if name == "" {
		name = "python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return path
}

// needs skips the test where a module is missing.
func needs(t testing.TB, modules ...string) {
	t.Helper()
	for _, module := range modules {
		find := "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
		if exec.Command(interpreter(t), "-c", find, strings.Split(module, ".")[0]).Run() != nil {
			missing(t, "the Python module "+module)
		}
	}
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatalf("%s is missing, and MLHOOK_TEST_REQUIRE is set", what)
	}
	t.Skipf("%s is missing; name a Python that has it in MLHOOK_TEST_PYTHON", what)
}

// Importing a framework takes longer than most of what is tested with it, so
// tests share the agents that have one; each of them forks a process per trial.
var (
	shared = map[string]*session{}
	claims sync.Mutex
)

func TestMain(m *testing.M) {
	code := m.Run()
	for frameworks, s := range shared {
		if err := s.terminate(); err != nil {
			fmt.Fprintf(os.Stderr, "the agent with %s ended with: %v\n", frameworks, err)
			code = 1
		}
		_ = os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// share returns a part of the agent that has a framework loaded, NumPy, and what
// most scripts here take from scikit-learn. Those of boosting are light, and share one.
func share(t testing.TB, framework string) *session {
	t.Helper()
	frameworks := framework
	switch framework {
	case "xgboost", "lightgbm", "catboost":
		frameworks = "xgboost,lightgbm,catboost,pandas"
	}
	claims.Lock()
	defer claims.Unlock()
	s := shared[frameworks]
	if s == nil {
		dir, err := os.MkdirTemp("", "mlhook-agent-")
		if err != nil {
			t.Fatal(err)
		}
		s = launch(t, dir, interpreter(t), frameworks+",numpy,sklearn.datasets,sklearn.model_selection", os.Stderr)
		shared[frameworks] = s
	}
	s.first += 1000
	part := *s
	part.t = t
	part.greeted()
	return &part
}

// start starts an agent and waits for its hello.
func start(t testing.TB, preload string, env ...string) *session {
	t.Helper()
	return startOn(t, interpreter(t), preload, env...)
}

// startOn is start with another Python than that of the tests.
func startOn(t testing.TB, python, preload string, env ...string) *session {
	t.Helper()
	s := launch(t, t.TempDir(), python, preload, testLog{t}, env...)
	t.Cleanup(s.quit)
	s.greeted()
	return s
}

// launch starts an agent; whoever calls sees to its end, also where it never says hello.
func launch(t testing.TB, dir, python, preload string, stderr io.Writer, env ...string) *session {
	t.Helper()
	home, err := agent.Extract(filepath.Join(dir, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, dir: dir, requests: filepath.Join(dir, "requests")}
	for _, name := range []string{"requests", "trials", "state"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.cmd = exec.Command(python, "-B", home, "--requests", s.requests,
		"--trials", filepath.Join(dir, "trials"), "--state", filepath.Join(dir, "state"), "--preload", preload)
	s.cmd.Env = append(os.Environ(), "PYTHONHASHSEED=0", "OMP_NUM_THREADS=1", "TF_CPP_MIN_LOG_LEVEL=3")
	s.cmd.Env = append(s.cmd.Env, env...)
	s.cmd.Dir = dir
	s.cmd.Stderr = stderr
	orphan(s.cmd)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// greeted waits for the agent's hello.
func (s *session) greeted() {
	s.t.Helper()
	s.await("hello", func() bool { return len(s.events(filepath.Join(s.dir, "state", "agent.jsonl"))) > 0 })
}

func (s *session) quit() {
	if s.cmd.ProcessState != nil {
		return
	}
	if err := s.terminate(); err != nil && !s.t.Failed() {
		s.t.Errorf("the agent ended with: %v", err)
	}
}

// terminate ends the agent and tells how it ended.
func (s *session) terminate() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer timer.Stop()
	return s.cmd.Wait()
}

// begin lays out a script and asks for its attempt.
func (s *session) begin(r agent.Request, script string) {
	s.t.Helper()
	if r.Script == "" {
		r.Script = "train.py"
	}
	s.beginFiles(r, map[string]string{r.Script: script})
}

// beginFiles lays out a program and asks for its attempt, the first one if the
// request names none.
func (s *session) beginFiles(r agent.Request, files map[string]string) {
	s.t.Helper()
	r.V, r.Op, r.Cwd = agent.Version, agent.OpRun, "."
	r.Attempt = max(r.Attempt, 1)
	if r.LogLimit == 0 {
		r.LogLimit = 1 << 20
	}
	for name, text := range files {
		file := s.at(r.Trial, r.Attempt, "tree", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	r.Trial += s.first
	if err := agent.WriteRequest(s.requests, r); err != nil {
		s.t.Fatal(err)
	}
}

// at is a path below an attempt's directory.
func (s *session) at(trial, number int, elements ...string) string {
	dir := filepath.Join(s.dir, "trials", fmt.Sprint(s.first+trial), fmt.Sprint(number))
	return filepath.Join(append([]string{dir}, elements...)...)
}

// checkpoints is a trial's directory of them.
func (s *session) checkpoints(trial int) string {
	return filepath.Join(s.dir, "trials", agent.CheckpointDir(s.first+trial))
}

// left names what a trial's first attempt left to start from.
func (s *session) left(trial int) string { return agent.WarmState(s.first+trial, 1) }

// run runs a script to its end and returns its events and its output.
func (s *session) run(r agent.Request, script string) (attempt, string) {
	s.t.Helper()
	s.begin(r, script)
	return s.end(r.Trial)
}

// end waits for the end of a trial's first attempt.
func (s *session) end(trial int) (attempt, string) {
	s.t.Helper()
	return s.endOf(trial, 1)
}

// endOf waits for the end of an attempt.
func (s *session) endOf(trial, number int) (attempt, string) {
	s.t.Helper()
	var events []agent.Event
	s.await(fmt.Sprintf("the end of trial %d", trial), func() bool {
		events = s.events(s.at(trial, number, "events.jsonl"))
		return len(events) > 0 && events[len(events)-1].Type == agent.EventExit
	})
	for i, e := range events {
		if e.Seq != i {
			s.t.Errorf("event %d has number %d", i, e.Seq)
		}
	}
	log, err := os.ReadFile(s.at(trial, number, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	return attempt{s.t, s.at(trial, number), events, string(log)}, string(log)
}

func (s *session) events(path string) []agent.Event {
	s.t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	events, _, err := agent.ReadEvents(f, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return events
}

// patience is given before a test fails: two frameworks that are imported at
// once from a cold disk take minutes.
const patience = 5 * time.Minute

func (s *session) await(what string, done func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			s.t.Fatalf("no %s within %s", what, patience)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// An attempt is what is left of one.
type attempt struct {
	t      testing.TB
	dir    string
	events []agent.Event
	log    string
}

func (a attempt) all(kind string) []agent.Event {
	var found []agent.Event
	for _, e := range a.events {
		if e.Type == kind {
			found = append(found, e)
		}
	}
	return found
}

// one returns the only event of a type.
func (a attempt) one(kind string) agent.Event {
	a.t.Helper()
	found := a.all(kind)
	if len(found) != 1 {
		a.t.Fatalf("%d %s events, want 1: %+v\n%s", len(found), kind, a.events, a.log)
	}
	return found[0]
}

// clean checks that the script ended well and no hook stumbled.
func (a attempt) clean() attempt {
	a.t.Helper()
	if e := a.one(agent.EventExit); e.Code == nil || *e.Code != 0 {
		a.t.Errorf("exit %+v\n%s", e, a.log)
	}
	for _, e := range a.all(agent.EventWarning) {
		a.t.Errorf("warning: %s", e.Text)
	}
	return a
}

// metrics returns "name split source" of every metric.
func (a attempt) metrics() []string {
	var lines []string
	for _, e := range a.all(agent.EventMetric) {
		lines = append(lines, strings.Join([]string{e.Name, e.Split, e.Source}, " "))
	}
	return lines
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Logf("agent: %s", p)
	}
	return len(p), nil
}

// scan reads the numbers of a line.
func scan(text string, numbers ...any) error {
	_, err := fmt.Sscan(text, numbers...)
	return err
}
