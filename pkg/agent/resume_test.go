//go:build unix

package agent_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// program reads a case of testdata/resume: a script, or a directory with one.
func program(t *testing.T, name string) map[string]string {
	t.Helper()
	files := map[string]string{}
	read := func(path, as string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[as] = string(text)
	}
	top := filepath.Join("testdata", "resume")
	read(filepath.Join(top, "kill.py"), "kill.py")
	if _, err := os.Stat(filepath.Join(top, name+".py")); err == nil {
		read(filepath.Join(top, name+".py"), "train.py")
		return files
	}
	err := filepath.WalkDir(filepath.Join(top, name), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		as, err := filepath.Rel(filepath.Join(top, name), path)
		read(path, filepath.ToSlash(as))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Killed in the middle of an epoch and resumed, a training prints the results
// that it prints when nothing happens; and while nothing happens, those that it
// prints without the agent's checkpoints, and without the agent.
func TestResumeLoops(t *testing.T) {
	t.Parallel()
	needs(t, "torch", "sklearn", "tqdm")
	tests := []struct {
		name  string
		kill  string // when
		level string
		epoch int    // from which it goes on
		why   string // contained in the text of the resume event
	}{
		{"torch_module", "4", agent.LevelExact, 4, ""},
		{"torch_functions", "4", agent.LevelExact, 4, ""},
		{"torch_by_hand", "4", agent.LevelExact, 4, ""},
		{"torch_tqdm", "4", agent.LevelExact, 4, ""},
		{"torch_finetune", "pretrain-3", agent.LevelExact, 3, ""},
		{"torch_finetune", "finetune-3", agent.LevelExact, 3, ""},
		{"torch_early", "4", agent.LevelExact, 4, ""},
		{"torch_return", "first-4", agent.LevelExact, 4, ""},
		{"torch_return", "second-3", agent.LevelExact, 3, ""},
		{"torch_folds", "0-3", agent.LevelExact, 3, ""},
		{"torch_folds", "2-3", agent.LevelExact, 3, ""},
		{"torch_then_folds", "first-4", agent.LevelExact, 4, ""},
		{"torch_then_folds", "1-2", agent.LevelExact, 2, ""},
		{"torch_trainer", "4", agent.LevelExact, 4, ""},
		{"torch_workers", "3", agent.LevelExact, 3, ""},
		{"torch_alias", "4", agent.LevelExact, 4, ""},
		{"torch_groups", "1", agent.LevelExact, 1, ""},
		{"torch_groups", "4", agent.LevelExact, 4, ""},
		{"torch_numpy", "4", agent.LevelExact, 4, ""},
		{"torch_views", "4", agent.LevelExact, 4, ""},
		{"torch_settings", "4", agent.LevelExact, 4, ""},
		{"torch_files", "4", agent.LevelExact, 4, ""},
		{"torch_closure", "4", agent.LevelExact, 4, ""},
		{"torch_modules", "4", agent.LevelExact, 4, ""},
		{"torch_accelerate", "4", agent.LevelExact, 4, ""},
		{"torch_persistent", "2", agent.LevelRestart, 0, "the workers of a DataLoader that keeps them"},
		{"torch_live", "4", agent.LevelRestart, 0, "source holds a live generator"},
		{"python_holders", "4", agent.LevelExact, 4, ""},
		{"python_held", "4", agent.LevelExact, 4, ""},
		{"python_order", "4", agent.LevelExact, 4, ""},
		{"python_methods", "4", agent.LevelExact, 4, ""},
		{"numpy_views", "4", agent.LevelExact, 4, ""},
		{"numpy_copies", "4", agent.LevelApproximate, 4, "share memory"},
		{"numpy_memmap", "4", agent.LevelApproximate, 4, "scores is a copy, which its file does not follow"},
		{"python_shared", "4", agent.LevelApproximate, 4, "inner and outer share memory"},
		{"python_files", "4", agent.LevelExact, 4, ""},
		{"python_worklist", "4", agent.LevelRestart, 0, "the loop went on from item 4, and there are 1"},
		{"python_cached", "4", agent.LevelApproximate, 4, "rate is called again for what it remembered"},
		{"numpy_by_hand", "4", agent.LevelExact, 4, ""},
		{"sklearn_partial", "4", agent.LevelExact, 4, ""},
	}
	s := share(t, "torch")
	for i, test := range tests {
		t.Run(test.name+"_"+test.kill, func(t *testing.T) {
			if test.name == "torch_accelerate" {
				needs(t, "accelerate")
			}
			s.t = t
			defer func() { s.t = t }()
			files := program(t, test.name)
			once := func(trial int, r agent.Request) (attempt, string) {
				r.Trial, r.Script, r.Threads, r.Seed = trial, "train.py", 1, 5
				s.beginFiles(r, files)
				return s.endOf(trial, max(r.Attempt, 1))
			}
			_, want := once(4*i, agent.Request{Env: map[string]string{"MLHOOK_AUTORESUME": "0"}})
			a, log := once(4*i+1, agent.Request{Share: 1})
			if a.clean(); log != want || want == "" {
				t.Errorf("checkpoints changed the training:\n%s\nwithout:\n%s", log, want)
			}
			killed, _ := once(4*i+2, agent.Request{Share: 1, Env: map[string]string{"KILL_AT": test.kill}})
			if killed.one(agent.EventExit).Signal != 9 {
				t.Fatalf("not killed: %s", killed.log)
			}
			dir := s.checkpoints(4*i + 2)
			newest, err := agent.Newest(dir, func(text string) { t.Error(text) })
			if err != nil {
				t.Fatal(err)
			}
			resume := ""
			if newest != nil {
				resume = newest.Name
			}
			a, log = once(4*i+2, agent.Request{Attempt: 2, Share: 1, Resume: resume})
			e := a.clean().one(agent.EventResume)
			if e.Level != test.level || e.Epoch != test.epoch || !strings.Contains(e.Text, test.why) {
				t.Errorf("resumed: %+v", e)
			}
			if !slices.Equal(last(log), last(want)) {
				t.Errorf("resumed:\n%s\nuninterrupted:\n%s", log, want)
			}
			if bad, _ := filepath.Glob(filepath.Join(dir, ".bad-*")); bad != nil {
				t.Errorf("bad checkpoints: %v", bad)
			}
		})
	}
	s.t = t
}

// last returns the two lines in which a case prints its history and its weights.
func last(log string) []string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[max(0, len(lines)-2):]
}

// plainly runs programs without the agent: one interpreter that imports modules and
// forks for each, and prints their output with a line of its own behind it.
const plainly = `
import importlib, os, runpy, sys
modules, *directories = sys.argv[1:]
sys.argv = ["train.py"]
for module in modules.split(","):
    importlib.import_module(module)
for directory in directories:
    if os.fork() == 0:
        os.chdir(directory)
        sys.path.insert(0, directory)
        runpy.run_path("train.py", run_name="__main__")
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    print("=====", flush=True)
`

// seeded is the environment of a script that seeds itself.
var seeded = map[string]string{"SEED": "1"}

// withoutTheAgent returns what programs print that run without it, in one thread.
func withoutTheAgent(t *testing.T, modules string, programs []map[string]string) []string {
	t.Helper()
	args := []string{"-c", plainly, modules}
	for _, files := range programs {
		dir := t.TempDir()
		for file, text := range files {
			put(t, filepath.Join(dir, file), text)
		}
		args = append(args, dir)
	}
	cmd := exec.Command(interpreter(t), args...)
	cmd.Env = append(os.Environ(), "SEED=1", "OMP_NUM_THREADS=1", "PYTHONHASHSEED=0", "TF_NUM_INTRAOP_THREADS=1", "TF_NUM_INTEROP_THREADS=1")
	cmd.Stderr = testLog{t}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	logs := strings.Split(string(out), "=====\n")
	if len(logs) != len(programs)+1 {
		t.Fatalf("%d programs printed %d times", len(programs), len(logs)-1)
	}
	return logs
}

// A script that seeds itself trains with the agent as it does without.
func TestLoopsAreAsWithoutTheAgent(t *testing.T) {
	t.Parallel()
	needs(t, "torch", "sklearn", "tqdm")
	scripts, err := filepath.Glob("testdata/resume/*_*.py")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	s := share(t, "torch")
	var programs []map[string]string
	for i, script := range scripts {
		files := program(t, strings.TrimSuffix(filepath.Base(script), ".py"))
		programs = append(programs, files)
		s.beginFiles(agent.Request{Trial: i, Script: "train.py", Threads: 1, Share: 1, Env: seeded}, files)
		s.end(i)
	}
	// The first optimizer would import torch._dynamo, which takes a second.
	plain := withoutTheAgent(t, "sklearn.linear_model,torch._dynamo", programs)
	for i, script := range scripts {
		if strings.HasSuffix(script, "torch_numpy.py") {
			continue // it draws from the operating system
		}
		if _, log := s.end(i); log != plain[i] || log == "" {
			t.Errorf("%s with the agent:\n%s\nwithout:\n%s", script, log, plain[i])
		}
	}
}
