package tweak

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/notebook"
)

// preload are the frameworks that the agent imports once.
const preload = "numpy,pandas,sklearn,torch,tensorflow,keras,xgboost,lightgbm"

// A session is a real agent with a directory of its own.
type session struct {
	dir    string
	python string
	gone   chan struct{} // closed when the agent's process is
	trials atomic.Int32
	slots  chan struct{} // programs that run side by side
}

// start starts the agent; it ends with the test.
func start(t *testing.T, python string) *session {
	t.Helper()
	s := &session{dir: t.TempDir(), python: python, gone: make(chan struct{}), slots: make(chan struct{}, 2)}
	home, err := agent.Extract(filepath.Join(s.dir, "agent"))
	for _, name := range []string{"requests", "trials", "state"} {
		err = errors.Join(err, os.Mkdir(filepath.Join(s.dir, name), 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(python, "-B", home, "--requests", "requests", "--trials", "trials", "--state", "state", "--preload", preload)
	run.Dir = s.dir
	run.Env = append(os.Environ(), "PYTHONHASHSEED=0", "OMP_NUM_THREADS=1", "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = run.Wait() // it was asked to end, or its programs will say that it is gone
		close(s.gone)
	}()
	t.Cleanup(func() {
		_ = run.Process.Signal(syscall.SIGTERM) // it may be gone
		select {
		case <-s.gone:
		case <-time.After(20 * time.Second):
			_ = run.Process.Kill()
			<-s.gone
		}
	})
	return s
}

// An observation is what a program did.
type observation struct {
	events  []agent.Event
	log     string
	stopped bool            // it was still running at the end of its time
	left    map[string]bool // the files that were there at the end
}

// run runs a project, some files replaced, for at most so long.
func (s *session) run(p *sample, replaced map[string][]byte, limit time.Duration) (*observation, error) {
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	trial := int(s.trials.Add(1))
	attempt := filepath.Join(s.dir, "trials", fmt.Sprint(trial), "1")
	tree := filepath.Join(attempt, "tree")
	if err := p.layOut(tree, replaced); err != nil {
		return nil, err
	}
	defer os.RemoveAll(attempt) // a corpus of trials would fill the disk
	script := p.program.Entry
	if strings.HasSuffix(script, ".ipynb") {
		text, err := cells(filepath.Join(tree, script))
		if err != nil {
			return nil, err
		}
		script = strings.TrimSuffix(script, ".ipynb") + ".py"
		if err := os.WriteFile(filepath.Join(tree, script), text, 0o644); err != nil {
			return nil, err
		}
	}
	r := agent.Request{V: agent.Version, Op: agent.OpRun, Trial: trial, Attempt: 1, Script: script, Cwd: path.Dir(script), Seed: 1, Threads: 1,
		LogLimit: 1 << 20}
	if err := agent.WriteRequest(filepath.Join(s.dir, "requests"), r); err != nil {
		return nil, err
	}
	o, err := s.follow(attempt, r, limit)
	if err != nil {
		return nil, err
	}
	o.left = map[string]bool{}
	err = fs.WalkDir(os.DirFS(tree), ".", func(name string, _ fs.DirEntry, err error) error {
		o.left[name] = true
		return err
	})
	return o, err
}

// follow waits for the end of an attempt, and stops it when its time is up.
func (s *session) follow(attempt string, r agent.Request, limit time.Duration) (*observation, error) {
	o := &observation{}
	var offset int64
	end := time.After(limit)
	for {
		f, err := os.Open(filepath.Join(attempt, "events.jsonl"))
		if err == nil {
			var more []agent.Event
			more, offset, err = agent.ReadEvents(f, offset)
			o.events = append(o.events, more...)
			f.Close()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if n := len(o.events); n > 0 && o.events[n-1].Type == agent.EventExit {
			break
		}
		select {
		case <-s.gone:
			return nil, errors.New("the agent is gone")
		case <-end:
			o.stopped = true
			r.Op, r.Grace = agent.OpStop, 1
			if err := agent.WriteRequest(filepath.Join(s.dir, "requests"), r); err != nil {
				return nil, err
			}
		case <-time.After(20 * time.Millisecond):
		}
	}
	text, err := os.ReadFile(filepath.Join(attempt, "log"))
	o.log = string(text)
	return o, err
}

// cells is the code of a notebook.
func cells(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	n, err := notebook.Read(text)
	if err != nil {
		return nil, err
	}
	return n.Text, nil
}

// failure says how a program failed, without the place; empty when it did not.
func (o *observation) failure() string {
	for _, e := range o.events {
		if e.Type == agent.EventError {
			line, _, _ := strings.Cut(e.Text, "\n")
			return e.Error + ": " + line
		}
	}
	switch exit := o.events[len(o.events)-1]; {
	case o.stopped:
		return ""
	case exit.Signal != 0:
		return fmt.Sprintf("signal %d", exit.Signal)
	case exit.Code == nil || *exit.Code != 0:
		return fmt.Sprintf("exit code %d", *exit.Code)
	}
	return ""
}
