package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// Programs get all trials, and valid JSON also where there is nothing to tell.
func TestJSON(t *testing.T) {
	top := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", top).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	tell := func(args ...string) (code int, v any) {
		t.Helper()
		var out bytes.Buffer
		code = Main(t.Context(), append(append([]string{"mlhook"}, args...), "--json", "--repo", top), &out, io.Discard)
		if err := json.Unmarshal(out.Bytes(), &v); err != nil {
			t.Errorf("%v: %v in %q", args, err, out.String())
		}
		return code, v
	}
	if code, v := tell("runs"); code != exitNothing || v == nil || len(v.([]any)) > 0 {
		t.Errorf("runs: %d, %v", code, v)
	}
	if code, v := tell("status"); code != exitNothing || v != nil {
		t.Errorf("status: %d, %v", code, v)
	}
	if code, v := tell("show"); code != exitNothing || v != nil {
		t.Errorf("show: %d, %v", code, v)
	}
	j, err := store.Open(t.Context(), filepath.Join(top, ".git", "mlhook"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r, _, err := j.Add(t.Context(), store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	for n := range shownTrials + 10 {
		if err := j.PutTrial(t.Context(), r.Number, run.Trial{N: n}); err != nil {
			t.Fatal(err)
		}
	}
	if code, v := tell("show"); code != exitFine || len(v.(map[string]any)["trials"].([]any)) != shownTrials+10 {
		t.Errorf("show: %d, %v", code, v)
	}
}

// A run whose stop is wanted says so, wherever it stands.
func TestSentenceOfAStoppingRun(t *testing.T) {
	for _, state := range []run.State{run.Queued, run.Waiting, run.Training} {
		if text := sentence(run.Run{State: state, Stopping: true, Reason: "docker: away"}); !strings.HasPrefix(text, "stopping: ") {
			t.Errorf("%s: %q", state, text)
		}
	}
	if text := sentence(run.Run{State: run.Done, Verdict: run.Stopped, Reason: "stopped with `mlhook stop`"}); !strings.HasPrefix(text, "stopped: ") {
		t.Errorf("done: %q", text)
	}
}

// What has no result yet, or ended without one, says where it stands, in a line.
func TestResultOfARunWithout(t *testing.T) {
	top := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", top).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	j, err := store.Open(t.Context(), filepath.Join(top, ".git", "mlhook"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r, _, err := j.Add(t.Context(), store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	says := func(command string, want string) {
		t.Helper()
		var out bytes.Buffer
		Main(t.Context(), []string{"mlhook", command, "--repo", top}, &out, &out)
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q, want %q", command, out.String(), want)
		}
	}
	says("model", "run 1 has no model yet; `mlhook watch 1` shows it\n")
	says("diff", "run 1 is not done; `mlhook watch 1` shows it\n")
	says("log", "run 1 has printed nothing yet; `mlhook log -f 1` waits for that, `mlhook watch 1` shows where it stands\n")
	says("report", "# Run 1: queued\n\nnot done yet; `mlhook watch 1` shows it\n")
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) {
		r.State, r.Verdict, r.Reason = run.Done, run.Refused, "no script here trains a model\nlooked at: a.py"
	}); err != nil {
		t.Fatal(err)
	}
	says("model", "run 1 has no model; it ended as refused: no script here trains a model\n")
	says("diff", "run 1 has no tweak; it ended as refused: no script here trains a model\n")
	says("log", "run 1 trained nothing; it ended as refused: no script here trains a model\n")
	says("report", "# Run 1: refused\n\nno script here trains a model\nlooked at: a.py\n")
}

// What could not be printed is no success.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	top := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", top).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var said bytes.Buffer
	if code := Main(t.Context(), []string{"mlhook", "status", "--repo", top}, full, &said); code != exitFailed || !strings.Contains(said.String(), "no space left") {
		t.Errorf("%d: %s", code, said.String())
	}
}
