package agent_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// What scripts do to their process, and what must be left of it.
func TestScriptsThatMisbehave(t *testing.T) {
	tests := []struct {
		name, script string
		code         int
		log          string // contained in the output
		failure      string // class of the error event
		line         int
	}{
		{"nothing", "", 0, "", "", 0},
		{"prints", "print('hello')", 0, "hello\n", "", 0},
		{"sys.exit", "import sys\nsys.exit(3)", 3, "", "", 0},
		{"sys.exit with text", "import sys\nsys.exit('no data')", 1, "no data", "", 0},
		{"os._exit", "import os\nos.write(1, b'x')\nos._exit(4)", 4, "x", "", 0},
		{"raises", "def f():\n    raise ValueError('bad')\nf()", 1, `File "`, "ValueError", 2},
		{"syntax error", "x = 1\nif x\n", 1, "SyntaxError", "SyntaxError", 2},
		{"raises an unprintable", "class E(Exception):\n    def __str__(self): raise TypeError\nraise E", 1, "", "E", 3},
		{"closed stdout", "import sys\nprint('a')\nsys.stdout.close()\nsys.stderr.close()", 0, "a\n", "", 0},
		{"closed descriptors", "import os\nos.close(1); os.close(2)", 0, "", "", 0},
		{"closed everything", "import os\nprint('a')\nos.closerange(0, 1024)", 0, "a\n", "", 0},
		{"leaves a process behind", "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nprint('a')", 0, "a\n", "", 0},
		{"replaced stdout", "import sys, io\nprint('a')\nsys.stdout = io.StringIO()\nprint('b')", 0, "a\n", "", 0},
		{"input", "input('name? ')", 1, "", "EOFError", 1},
		{"chdir", "import os, tempfile\nos.chdir(tempfile.gettempdir())\n1/0", 1, "", "ZeroDivisionError", 3},
		{"kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -9, "", "", 0},
		{"grandchild prints", "import os\nos.system('echo from below')", 0, "from below", "", 0},
		{"thread", "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.2), print('late'))).start()", 0, "late", "", 0},
		{"atexit", "import atexit\natexit.register(print, 'bye')", 0, "bye", "", 0},
		{"forks", "import os\nif os.fork() == 0: print('child')\nelse: os.wait(); print('parent')", 0, "parent", "", 0},
		{"C output", "import ctypes\nctypes.CDLL(None).printf(b'from C')", 0, "from C", "", 0},
		{"own argv", "import sys\nprint(sys.argv, __name__, sys.path[0] == __file__.rpartition('/')[0])", 0, "['train.py', '--lr', '1'] __main__ True", "", 0},
		{"builtins", "print(__builtins__.len([1]))", 0, "1\n", "", 0},
		{"pickles own class", "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)", 0, "True", "", 0},
		{"inspects itself", "import inspect\ndef f(): return 41\nprint(inspect.getsource(f))", 0, "return 41", "", 0},
		{"recursion", "def f(): f()\nf()", 1, "RecursionError", "RecursionError", 1},
		{"excepthook", "import sys\nsys.excepthook = lambda kind, error, trace: print('hook:', kind.__name__, trace.tb_lineno)\n1/0", 1, "hook: ZeroDivisionError 3\n", "ZeroDivisionError", 3},
		{"removes streams", "import sys\nsys.stdout = sys.stderr = None\nprint('x')", 0, "", "", 0},
		{"spawns", "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(2) as p: print(p.map(f, [1, 2, 3]))", 0, "[1, 4, 9]", "", 0},
		{"forks a pool", "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('fork').Pool(2) as p: print(p.map(f, [1, 2, 3]))", 0, "[1, 4, 9]", "", 0},
	}
	s := start(t, "")
	for i, test := range tests {
		for _, cold := range []bool{false, true} {
			trial := 2 * i
			if cold {
				trial++
			}
			a, log := s.run(agent.Request{Trial: trial, Args: []string{"--lr", "1"}, Cold: cold}, test.script)
			t.Run(test.name, func(t *testing.T) {
				a.t = t
				exit := a.one(agent.EventExit)
				code := -exit.Signal
				if exit.Code != nil {
					code = *exit.Code
				}
				if code != test.code || !strings.Contains(log, test.log) {
					t.Errorf("cold %v: exit %+v, output %q", cold, exit, log)
				}
				if strings.Contains(log, "mlhook_agent") {
					t.Errorf("the agent shows: %s", log)
				}
				if test.failure == "" {
					if e := a.all(agent.EventError); len(e) > 0 {
						t.Errorf("error %+v", e)
					}
					return
				}
				if e := a.one(agent.EventError); e.Error != test.failure || e.File != "train.py" && test.failure != "RecursionError" || e.Line != test.line {
					t.Errorf("error %+v", e)
				}
			})
		}
	}
}

// What a script writes to a file that it does not close is in it when it has ended, also at the very end.
func TestFilesLeftOpen(t *testing.T) {
	s := start(t, "")
	_, log := s.run(agent.Request{}, `
import atexit
f = open("out.txt", "w+")
f.write("trained")
b = open("out.bin", "wb")
atexit.register(b.write, b"late")
1 / 0`)
	for name, want := range map[string]string{"out.txt": "trained", "out.bin": "late"} {
		text, err := os.ReadFile(s.at(0, 1, "tree", name))
		if err != nil || string(text) != want {
			t.Errorf("%s: %q %v\n%s", name, text, err, log)
		}
	}
}

// A script finds what lies where its request says, behind what lies beside it.
func TestImportPath(t *testing.T) {
	s := start(t, "")
	s.beginFiles(agent.Request{Script: "jobs/train.py", Path: []string{".", "src"}}, map[string]string{
		"jobs/train.py":        "import near\nimport top.a\nimport shop\nprint(near.x, top.a.x, shop.x)\n",
		"jobs/near.py":         "x = 'near'\n",
		"near.py":              "x = 'far'\n",
		"top/a.py":             "x = 'top'\n",
		"src/shop/__init__.py": "x = 'shop'\n",
	})
	if a, log := s.end(0); !strings.Contains(log, "near top shop") {
		t.Errorf("code %d, printed %q", a.one(agent.EventExit).Code, log)
	}
}

// A script's own modules are found where the agent has loaded others of their
// names; who loaded those has them.
func TestOwnModulesComeFirst(t *testing.T) {
	needs(t, "sklearn")
	s := start(t, "sklearn.svm.SVC")
	s.beginFiles(agent.Request{Script: "train.py"}, map[string]string{
		"train.py": "import queue, joblib.own, io\nfrom sklearn.svm import SVC\n" +
			"print(queue.x, joblib.own.x, io.StringIO, SVC().fit([[0], [1]], [0, 1]))\n",
		"queue.py": "x = 'mine'\n", "joblib/__init__.py": "", "joblib/own.py": "x = 'too'\n", "io.py": "1/0",
	})
	if a, log := s.end(0); log != "mine too <class '_io.StringIO'> SVC()\n" {
		t.Errorf("%+v, printed %q", a.one(agent.EventExit), log)
	}
}

// What a program imports is loaded when its trials begin: modules, names in them, what is there of several.
func TestPreload(t *testing.T) {
	s := start(t, "xml.dom.minidom,email.message.Message,json.no_such,no_such.part,wave")
	_, log := s.run(agent.Request{}, "import sys\nprint([n in sys.modules for n in ('xml.dom.minidom', 'email.message', 'json', 'wave', 'mailbox')])")
	if want := "[True, True, True, True, False]\n"; log != want {
		t.Errorf("loaded: %s", log)
	}
}

// What torch imports later is left to it where TensorFlow is loaded: the two of
// them may end a process that had no need of it.
func TestPreloadOfTwoFrameworks(t *testing.T) {
	needs(t, "tensorflow", "torch")
	a, log := start(t, "tensorflow,torch").run(agent.Request{}, "import tensorflow, torch\nprint(torch.ones(2).sum().item())")
	if log != "2.0\n" {
		t.Errorf("code %d, %q", a.one(agent.EventExit).Code, log)
	}
}

// A script that asks for windows plots where there is no display.
func TestPlotsWithoutDisplay(t *testing.T) {
	needs(t, "matplotlib")
	for _, preload := range []string{"", "matplotlib.pyplot"} {
		a, log := start(t, preload).run(agent.Request{}, `
import matplotlib
matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.show(); plt.savefig("out.svg")
matplotlib.use("svg")
print(matplotlib.get_backend(), matplotlib.use.__name__)`)
		if log = log[max(0, strings.LastIndex(strings.TrimSpace(log), "\n")+1):]; log != "svg use\n" {
			t.Errorf("preload %q: code %d, %q", preload, a.one(agent.EventExit).Code, log)
		}
	}
}

func TestLogIsCapped(t *testing.T) {
	s := start(t, "")
	a, log := s.run(agent.Request{LogLimit: 1000}, "import os\nfor _ in range(1000): os.write(1, b'x' * 1000)")
	if len(log) != 1000 || a.clean().one(agent.EventExit).Dropped != 999_000 {
		t.Errorf("%d bytes kept, %+v", len(log), a.events)
	}
}

func TestStop(t *testing.T) {
	s := start(t, "")
	wait := "import time\nprint('ready')\ntime.sleep(60)"
	deaf := "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + wait
	for trial, script := range []string{wait, deaf} {
		s.begin(agent.Request{Trial: trial}, script)
		log := s.at(trial, 1, "log")
		s.await("output", func() bool { text, _ := os.ReadFile(log); return len(text) > 0 })
	}
	for trial, signal := range []int{15, 9} {
		stop := agent.Request{V: agent.Version, Op: agent.OpStop, Trial: trial, Attempt: 1, Grace: 1}
		if err := agent.WriteRequest(s.requests, stop); err != nil {
			t.Fatal(err)
		}
		a, _ := s.end(trial)
		if e := a.one(agent.EventExit); e.Signal != signal || e.Quit {
			t.Errorf("trial %d: %+v", trial, e)
		}
	}
}

// Whatever the script starts ends with it, in a process group of its own too.
func TestLeftoversAreKilled(t *testing.T) {
	s := start(t, "")
	_, log := s.run(agent.Request{}, `import os, subprocess
for kw in ({}, {"preexec_fn": lambda: os.setpgid(0, 0)}):
    print(subprocess.Popen(["sleep", "300"], **kw).pid)`)
	pids := strings.Fields(log)
	if len(pids) != 2 {
		t.Fatalf("output %q", log)
	}
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		s.await("the end of process "+pid, func() bool { return gone(n) })
	}
}

func TestSeveralAtOnce(t *testing.T) {
	s := start(t, "")
	for trial := range 6 {
		s.begin(agent.Request{Trial: trial}, "import sys, time\ntime.sleep(.3)\nprint('done')")
	}
	lastBegin, firstEnd := 0.0, math.Inf(1)
	for trial := range 6 {
		a, log := s.end(trial)
		if a.clean(); log != "done\n" {
			t.Errorf("output %q", log)
		}
		lastBegin = max(lastBegin, a.one(agent.EventBegin).Time)
		firstEnd = min(firstEnd, a.one(agent.EventExit).Time)
	}
	if lastBegin > firstEnd {
		t.Errorf("one had ended %.3f s before the last began", lastBegin-firstEnd)
	}
}

func TestQuitRequestAndBadRequest(t *testing.T) {
	s := start(t, "no_such_module")
	if err := os.WriteFile(filepath.Join(s.requests, "run-9-9.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.begin(agent.Request{}, "import time\ntime.sleep(60)")
	s.await("begin", func() bool { return len(s.events(s.at(0, 1, "events.jsonl"))) > 0 })
	if err := agent.WriteRequest(s.requests, agent.Request{V: agent.Version, Op: agent.OpQuit, Grace: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Error(err)
	}
	a, _ := s.end(0)
	if e := a.one(agent.EventExit); e.Signal != 15 || !e.Quit {
		t.Errorf("%+v", e)
	}
	var types []string
	for _, e := range s.events(filepath.Join(s.dir, "state", "agent.jsonl")) {
		types = append(types, e.Type)
	}
	if got := strings.Join(types, " "); got != "warning hello warning bye" {
		t.Errorf("agent.jsonl: %s", got)
	}
}

// A killed agent takes its attempts along.
func TestKilledAgent(t *testing.T) {
	s := start(t, "")
	s.begin(agent.Request{}, "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
	path := s.at(0, 1, "tree", "pid")
	var pid []byte
	s.await("process", func() bool { pid, _ = os.ReadFile(path); return len(pid) > 0 })
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait() // killed
	s.await("end", func() bool {
		stat, err := os.ReadFile("/proc/" + string(pid) + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z")
	})
}

// The process that waits to become the next attempt may be killed, and does not
// outlive the agent.
func TestSpare(t *testing.T) {
	s := start(t, "")
	children := fmt.Sprintf("/proc/%d/task/%[1]d/children", s.cmd.Process.Pid)
	if _, err := os.Stat(children); err != nil {
		missing(t, "a /proc that tells a process's children")
	}
	spare := func() (pid int) {
		s.await("spare process", func() bool {
			text, _ := os.ReadFile(children)
			return len(bytes.Fields(text)) == 1 && scan(string(text), &pid) == nil // no attempt is left beside it
		})
		return pid
	}
	first := spare()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.await("end of the first", func() bool { return gone(first) })
	for trial := range 2 {
		if a, log := s.run(agent.Request{Trial: trial}, "print('done')"); a.clean().log != "done\n" {
			t.Errorf("trial %d printed %q", trial, log)
		}
	}
	second := spare()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait() // killed
	s.await("end of the spare process", func() bool { return gone(second) })
}

// gone tells whether a process has ended, reaped or not.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z")
}
