package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// The part of the suite on a session's life: lost with its runner, killed, closed.

// checkAdopt loses the session, as a killed runner does, in the middle of an attempt.
func checkAdopt(t *testing.T, u under) Session {
	first, err := u.Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, u, first, 3, 1, "import time, os\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('went on')")
	await(t, first, 3, 1, agent.EventBegin)
	s, err := u.fresh().Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	if before, now := hello(t, first), hello(t, s); !s.Adopted() || now.Seq != before.Seq || now.Time != before.Time {
		t.Errorf("another agent was started: %+v, not %+v", now, before)
	}
	write(t, filepath.Join(u.job.Dir, "trials", "3", "1", "tree", "go"), "")
	await(t, s, 3, 1, agent.EventExit)
	if text := logText(t, s, 3, 1); !strings.Contains(text, "went on") {
		t.Errorf("log is %q", text)
	}
	begin(t, u, s, 4, 1, "print('by the second runner')")
	await(t, s, 4, 1, agent.EventExit)
	return s
}

func checkCrash(t *testing.T, u under, s Session) Session {
	begin(t, u, s, 6, 1, "import time\ntime.sleep(600)")
	await(t, s, 6, 1, agent.EventBegin)
	u.crash(t, s)
	exit := awaitExit(t, s)
	if exit.Code == 0 || exit.OOM || exit.Text == "" {
		t.Errorf("exit is %+v", exit)
	}
	// Of an agent that this process started, the end is told at once.
	next := checkEarly(t, u, 6, 2)
	u.crash(t, next)
	select {
	case <-next.Gone():
	case <-time.After(time.Minute):
		t.Error("nobody says that the agent is gone")
	}
	next = open(t, u)
	begin(t, u, next, 6, 3, "print('again')")
	await(t, next, 6, 3, agent.EventExit)
	if !next.Stopped(2, 1) {
		t.Error("what an earlier agent was asked for is forgotten")
	}
	return next
}

// checkEarly asks for an attempt before the agent is ready, and has another
// runner come then.
func checkEarly(t *testing.T, u under, trial, attempt int) Session {
	s, err := u.Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	if s.Asked(trial, attempt) {
		t.Error("an agent that was just started has been asked for an attempt")
	}
	begin(t, u, s, trial, attempt, "import time\ntime.sleep(600)")
	second, err := u.fresh().Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Adopted() || !second.Asked(trial, attempt) || second.Asked(trial, attempt+1) {
		t.Error("the second runner does not find what the agent was asked for")
	}
	if before, now := hello(t, s), hello(t, second); before.Time != now.Time {
		t.Errorf("another agent was started: %+v, not %+v", now, before)
	}
	await(t, s, trial, attempt, agent.EventBegin)
	return s
}

func awaitExit(t *testing.T, s Session) *Exit {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		exit, err := s.Exited(testContext(t))
		if err != nil {
			t.Fatal(err)
		}
		if exit != nil {
			return exit
		}
	}
	t.Fatal("the agent still lives")
	return nil
}

// checkRemoved removes the run's directory below a living agent: another one takes
// its place, since that one hears and tells nothing any more.
func checkRemoved(t *testing.T, u under, s Session) Session {
	hello(t, s)
	if dir := notedTemp(u.job.Dir); dir != "" { // nobody knows of it then
		t.Cleanup(func() { os.RemoveAll(dir) })
	}
	if err := os.RemoveAll(u.job.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(u.job.Dir, "trials"), 0o755); err != nil {
		t.Fatal(err)
	}
	next, err := u.fresh().Open(testContext(t), u.job)
	if err != nil {
		t.Fatal(err)
	}
	if next.Adopted() {
		t.Error("an agent whose directory is gone is adopted")
	}
	hello(t, next)
	begin(t, u, next, 9, 1, "print('in the new directory')")
	await(t, next, 9, 1, agent.EventExit)
	return next
}

func checkClose(t *testing.T, u under, s Session) {
	begin(t, u, s, 7, 1, "import time\ntime.sleep(600)")
	await(t, s, 7, 1, agent.EventBegin)
	if err := s.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
	awaitExit(t, s)
	if left := u.left(t); len(left) != 0 {
		t.Errorf("after Close there is still %v", left)
	}
	s = open(t, u)
	begin(t, u, s, 8, 1, "import time\ntime.sleep(600)")
	await(t, s, 8, 1, agent.EventBegin)
	if len(u.left(t)) == 0 {
		t.Error("nothing of a living agent is seen; the check above proves nothing")
	}
	for range 2 { // the second time there is nothing
		if err := u.fresh().Clean(testContext(t), u.job.RunID); err != nil {
			t.Fatal(err)
		}
	}
	if left := u.left(t); len(left) != 0 {
		t.Errorf("after Clean there is still %v", left)
	}
}

// commands lists the processes whose command line names something.
func commands(t *testing.T, what string) (found []string) {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-ww", "-o", "pid=,stat=,command=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 2 && strings.Contains(line, what) && !strings.HasPrefix(fields[1], "Z") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
