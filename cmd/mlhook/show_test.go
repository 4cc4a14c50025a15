package main

import (
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
)

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
