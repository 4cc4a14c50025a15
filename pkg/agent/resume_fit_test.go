//go:build unix

package agent_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A crash is a case of testdata: where its program is killed, and how it goes on.
type crash struct {
	name  string
	kill  string // when
	level string
	epoch int    // finished ones of the checkpoint that it goes on from
	why   string // contained in the text of the resume event
	env   string // NAME=value of the case
}

// Killed in the middle of an epoch and resumed, a script that calls fit prints
// the results that it prints when nothing happens.
func TestResumeKeras(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	cases := []crash{
		{"dropout", "fit-3", agent.LevelExact, 3, "", ""},
		{"dropout", "fit-1", agent.LevelExact, 1, "", ""},
		{"batchnorm", "fit-3", agent.LevelExact, 3, "", ""},
		{"stop", "fit-5", agent.LevelExact, 5, "", ""},
		{"tfdata", "fit-3", agent.LevelExact, 3, "", ""},
		{"tfdata", "again-1", agent.LevelExact, 6, "fit 2 goes on behind 1 epochs", ""},
		{"finetune", "pretrain-2", agent.LevelExact, 2, "", ""},
		{"finetune", "finetune-2", agent.LevelExact, 5, "", ""},
		{"loop", "4-0", agent.LevelExact, 4, "fit 4 goes on behind 1 epochs", ""},
		{"folds", "2-0", agent.LevelExact, 6, "", ""},
		{"options", "fit-5", agent.LevelExact, 3, "", ""},
		{"files", "fit-4", agent.LevelExact, 4, "", ""},
		{"own", "fit-3", agent.LevelExact, 3, "", ""},
		{"unsaved", "fit-3", agent.LevelApproximate, 3, "#1.numbers cannot be saved", ""},
		{"generator", "fit-3", agent.LevelApproximate, 3, "a Python generator feeds fit", ""},
		{"pydataset", "fit-3", agent.LevelApproximate, 3, "a Data feeds fit from another thread", ""},
		{"train_step", "fit-2", agent.LevelExact, 2, "", ""},
		{"train_step", "fit-2", agent.LevelApproximate, 2, "its own train_step may change hidden", "HIDDEN=1"},
		{"attributes", "fit-3", agent.LevelExact, 3, "", ""},
		{"attributes", "fit-3", agent.LevelApproximate, 3, "losses_seen of the model was changed", "HIDDEN=1"},
		{"augment", "fit-2", agent.LevelExact, 2, "", ""},
		{"last", "end", agent.LevelExact, 4, "", ""},
	}
	share(t, "keras").crashes(t, "resume_keras", cases)
}

// A fit that is too short to be kept is trained again, and the result is the same.
func TestResumeKerasBehindShortFit(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	s := share(t, "keras")
	files := programOf(t, "resume_keras", "short")
	_, want := s.attempted(agent.Request{Trial: 0}, files)
	killed, _ := s.attempted(agent.Request{Trial: 1, Env: map[string]string{"KILL_AT": "fit-69"}}, files)
	if killed.one(agent.EventExit).Signal != 9 {
		t.Fatalf("not killed: %s", killed.log)
	}
	checkpoint := s.newest(1)
	if _, err := os.Stat(filepath.Join(s.checkpoints(1), checkpoint, "training-1")); err == nil {
		t.Error("the short fit was kept")
	}
	a, log := s.attempted(agent.Request{Trial: 1, Attempt: 2, Resume: checkpoint}, files)
	if e := a.clean().one(agent.EventResume); e.Level != agent.LevelExact || !strings.Contains(e.Text, "fit 2 goes on") {
		t.Errorf("resumed: %+v", e)
	}
	if diff := cmp.Diff(results(want), results(log)); diff != "" || len(results(want)) == 0 {
		t.Errorf("resumed differs: %s", diff)
	}
}

// What does not depend on the backend is tested with TensorFlow.
func TestResumeKerasOnTorch(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "torch", "sklearn")
	cases := []crash{
		{"dropout", "fit-3", agent.LevelExact, 3, "", ""},
		{"batchnorm", "fit-3", agent.LevelExact, 3, "", ""},
		{"finetune", "finetune-2", agent.LevelExact, 5, "", ""},
		{"options", "fit-5", agent.LevelExact, 3, "", ""},
		{"last", "end", agent.LevelExact, 4, "", ""},
	}
	start(t, "keras,numpy,sklearn", "KERAS_BACKEND=torch").crashes(t, "resume_keras", cases)
}

// With another backend, Keras would import TensorFlow to save a model.
func TestKerasOnTorchIsSavedWithoutTensorFlow(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "torch", "tensorflow", "sklearn")
	a, log := start(t, "keras,numpy,sklearn", "KERAS_BACKEND=torch").run(agent.Request{Threads: 1}, `
import sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow": open("asked", "w").close()
sys.meta_path.insert(0, Watch())
`+strings.Replace(kerasNet, "MODEL", "m = keras.Sequential([Dense(8), Dense(10, activation='softmax')])", 1))
	if e := a.clean().one(agent.EventModel); e.Format != "keras" {
		t.Errorf("%+v\n%s", e, log)
	}
	if _, err := os.Stat(filepath.Join(a.dir, "tree", "asked")); err == nil {
		t.Error("TensorFlow was asked for")
	}
}

// Keras 2 draws the numbers of Dropout where nobody can read their state.
func TestResumeKeras2(t *testing.T) {
	t.Parallel()
	python := os.Getenv("MLHOOK_TEST_PYTHON_KERAS2")
	if python == "" {
		missing(t, "a Python with TensorFlow 2.13 in MLHOOK_TEST_PYTHON_KERAS2")
	}
	hidden := "RandomUniform in the training step"
	cases := []crash{
		{"batchnorm", "fit-3", agent.LevelExact, 3, "", ""},
		{"dropout", "fit-3", agent.LevelApproximate, 3, hidden, ""},
		{"stop", "fit-5", agent.LevelExact, 5, "", ""},
		{"tfdata", "again-1", agent.LevelExact, 6, "", ""},
		{"finetune", "finetune-2", agent.LevelExact, 5, "", ""},
		{"options", "fit-5", agent.LevelExact, 3, "", ""},
		{"own", "fit-3", agent.LevelExact, 3, "", ""},
		{"train_step", "fit-2", agent.LevelExact, 2, "", ""},
		{"last", "end", agent.LevelExact, 4, "", ""},
	}
	startOn(t, python, "tensorflow,numpy,sklearn").crashes(t, "resume_keras", cases)
}

func TestResumeBoosting(t *testing.T) {
	t.Parallel()
	needs(t, "xgboost", "lightgbm", "sklearn")
	cases := []crash{
		{"xgboost", "first-11", agent.LevelExact, 5, "training 1 goes on behind 5 rounds", ""},
		{"xgboost", "second-7", agent.LevelExact, 14, "training 2 goes on behind 6 rounds", ""},
		{"xgboost", "first-11", agent.LevelApproximate, 5, "random numbers behind subsample", "DRAWING=1"},
		{"lightgbm", "first-11", agent.LevelExact, 5, "training 1 goes on behind 5 rounds", ""},
		{"lightgbm", "second-7", agent.LevelExact, 14, "training 2 goes on behind 6 rounds", ""},
		{"lightgbm", "first-11", agent.LevelApproximate, 5, "random numbers behind bagging_fraction", "DRAWING=1"},
		{"lightgbm", "first-11", agent.LevelRestart, 5, "its Dataset was constructed before", "CONSTRUCTED=1"},
	}
	share(t, "xgboost").crashes(t, "resume_boosting", cases)
}

// A checkpoint of another model is refused, and the training is one from the beginning.
func TestResumeKerasOfAnotherModel(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	s := share(t, "keras")
	files := programOf(t, "resume_keras", "unlike")
	_, want := s.attempted(agent.Request{Trial: 0}, files)
	s.attempted(agent.Request{Trial: 1, Share: 1, Env: map[string]string{"KILL_AT": "fit-2"}}, files)
	a, log := s.attempted(agent.Request{Trial: 1, Attempt: 2, Share: 1, Resume: s.newest(1)}, files)
	if e := a.clean().one(agent.EventResume); e.Level != agent.LevelRestart || !strings.Contains(e.Text, "other variables") {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(results(want), results(log)); diff != "" {
		t.Error(diff)
	}
}

// Behind a fit that an exception ended nothing is saved, and this is said.
func TestNoCheckpointsBehindAFitThatWasLeft(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn")
	s := share(t, "keras")
	a, _ := s.attempted(agent.Request{Share: 1, Env: map[string]string{"KILL_AT": "fit-2"}}, programOf(t, "resume_keras", "left"))
	if e := a.one(agent.EventWarning); !strings.Contains(e.Text, "fit 1 was left by an exception") {
		t.Errorf("%+v", e)
	}
	if n := len(a.all(agent.EventCheckpoint)); n != 1 {
		t.Errorf("%d checkpoints, want that of the first epoch", n)
	}
}

// crashes runs each program without the agent's checkpoints and with them, and
// killed and resumed at each of its moments.
func (s *session) crashes(t *testing.T, dir string, cases []crash) {
	alone := map[string]attempt{}
	for i, test := range cases {
		t.Run(test.name+"_"+test.kill+test.env, func(t *testing.T) {
			s.t = t
			files, env := programOf(t, dir, test.name), map[string]string{}
			if name, value, ok := strings.Cut(test.env, "="); ok {
				env[name] = value
			}
			whole, ok := alone[test.name+test.env]
			if !ok {
				whole = s.leftAlone(3*i, files, env)
				alone[test.name+test.env] = whole
			}
			s.crashed(3*i+2, test, files, env, whole, dir == "resume_keras")
		})
	}
	s.t = t
}

// leftAlone runs a program without and with checkpoints: they change nothing.
func (s *session) leftAlone(trial int, files, env map[string]string) attempt {
	s.t.Helper()
	_, want := s.attempted(agent.Request{Trial: trial, Env: and(env, "MLHOOK_AUTORESUME", "0")}, files)
	whole, log := s.attempted(agent.Request{Trial: trial + 1, Share: 1, Env: env}, files)
	whole.clean()
	if diff := cmp.Diff(results(want), results(log)); diff != "" || len(results(want)) == 0 {
		s.t.Fatalf("checkpoints changed the training: %s\n%s", diff, log)
	}
	return whole
}

// crashed kills and resumes a program, and compares it with one left alone.
func (s *session) crashed(trial int, test crash, files, env map[string]string, whole attempt, curves bool) {
	s.t.Helper()
	killed, _ := s.attempted(agent.Request{Trial: trial, Share: 1, Env: and(env, "KILL_AT", test.kill)}, files)
	if killed.one(agent.EventExit).Signal != 9 {
		s.t.Fatalf("not killed: %s", killed.log)
	}
	a, log := s.attempted(agent.Request{Trial: trial, Attempt: 2, Share: 1, Resume: s.newest(trial), Env: env}, files)
	e := a.clean().one(agent.EventResume)
	if e.Level != test.level || e.Epoch != test.epoch || !strings.Contains(e.Text, test.why) {
		s.t.Errorf("resumed: %+v", e)
	}
	if diff := cmp.Diff(results(whole.log), results(log)); diff != "" && test.level != agent.LevelApproximate {
		s.t.Errorf("resumed differs: %s", diff)
	}
	if test.level == agent.LevelExact && curves {
		if diff := cmp.Diff(curveOf(whole), curveOf(a)); diff != "" {
			s.t.Errorf("curve: %s", diff)
		}
	}
}

// and is an environment with a variable more.
func and(env map[string]string, name, value string) map[string]string {
	all := maps.Clone(env)
	all[name] = value
	return all
}

// attempted runs an attempt of a program to its end.
func (s *session) attempted(r agent.Request, files map[string]string) (attempt, string) {
	r.Script, r.Threads, r.Seed = "train.py", 1, 7
	s.beginFiles(r, files)
	return s.endOf(r.Trial, max(r.Attempt, 1))
}

// newest verifies a trial's checkpoints as the host does.
func (s *session) newest(trial int) string {
	s.t.Helper()
	dir := s.checkpoints(trial)
	found, err := agent.Newest(dir, func(text string) { s.t.Error(text) })
	if err != nil || found == nil {
		s.t.Fatalf("no checkpoint: %v", err)
	}
	return found.Name
}

// programOf reads a case of testdata with what the cases share.
func programOf(t *testing.T, dir, name string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for as, from := range map[string]string{"train.py": name + ".py", "case.py": "case.py"} {
		text, err := os.ReadFile(filepath.Join("testdata", dir, from))
		if err != nil {
			t.Fatal(err)
		}
		files[as] = string(text)
	}
	return files
}

// results returns the lines in which a case tells what came out.
func results(log string) (lines []string) {
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "RESULT ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func curveOf(a attempt) (points []map[string]float64) {
	for _, e := range a.all(agent.EventCurve) {
		points = append(points, e.Values)
	}
	return points
}

// A script that seeds itself trains with the agent and its checkpoints as it does without.
func TestFitsAreAsWithoutTheAgent(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn", "lightgbm", "xgboost")
	for _, test := range []struct {
		framework, dir string
		names          []string
	}{
		{"keras", "resume_keras", []string{"dropout", "finetune", "own"}},
		{"xgboost", "resume_boosting", []string{"xgboost", "lightgbm"}},
	} {
		s := share(t, test.framework)
		var programs []map[string]string
		for _, name := range test.names {
			programs = append(programs, programOf(t, test.dir, name))
		}
		plain := withoutTheAgent(t, test.framework+",sklearn.datasets", programs)
		for i, name := range test.names {
			_, log := s.attempted(agent.Request{Trial: i, Share: 1, Env: seeded}, programs[i])
			if diff := cmp.Diff(results(plain[i]), results(log)); diff != "" || len(results(log)) == 0 {
				t.Errorf("%s: -without +with the agent:\n%s", name, diff)
			}
		}
	}
}
