package main

import (
	"bytes"
	"encoding/json"
	"io"
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
