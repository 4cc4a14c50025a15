package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A trial's temporary files, in which sockets work, are its own and those of all its
// attempts. They go with the run, and so does what scripts left running.
func TestTemporaryFiles(t *testing.T) {
	u := underLocal(t)
	t.Cleanup(func() { u.Clean(context.Background(), u.job.RunID) })
	s := open(t, u)
	const script = `
import multiprocessing.connection, os, subprocess, tempfile
multiprocessing.connection.Listener(family="AF_UNIX").close()
print(tempfile.gettempdir(), os.listdir(tempfile.gettempdir()), flush=True)
open(os.path.join(tempfile.gettempdir(), "left"), "w").close()
tempfile.mkdtemp(prefix="left-"), subprocess.Popen(["sleep", "3599.5"], start_new_session=True)
`
	said := func(trial, attempt int) string {
		begin(t, u, s, trial, attempt, script)
		await(t, s, trial, attempt, agent.EventExit)
		return logText(t, s, trial, attempt)
	}
	dir := s.(*localSession).temp
	for _, c := range []struct {
		trial, attempt int
		left           bool
	}{{0, 1, false}, {1, 1, false}, {0, 2, true}} {
		text := said(c.trial, c.attempt)
		if !strings.HasPrefix(text, trialTemp(dir, c.trial)+" ") || strings.Contains(text, "'left'") != c.left {
			t.Errorf("trial %d, attempt %d: %s", c.trial, c.attempt, text)
		}
	}
	if left := commands(t, "sleep 3599.5"); len(left) != 3 {
		t.Errorf("of three there is %v; the check below proves nothing", left)
	}
	if err := s.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) != filepath.Clean(os.TempDir()) {
		t.Errorf("%s is there still: %v", dir, err)
	}
	if left := commands(t, "sleep 3599.5"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// In a container, which trials share, each has a directory of its own too.
func TestTemporaryFilesInAContainer(t *testing.T) {
	u := underDocker(t)
	t.Cleanup(func() { u.Clean(context.Background(), u.job.RunID) })
	s := open(t, u)
	for trial := range 2 {
		begin(t, u, s, trial, 1, `
import os, tempfile
print(tempfile.gettempdir(), os.listdir(tempfile.gettempdir()))
open(os.path.join(tempfile.gettempdir(), "left"), "w").close()
`)
		await(t, s, trial, 1, agent.EventExit)
		if text, want := logText(t, s, trial, 1), trialTemp(insideTemp, trial)+" []\n"; text != want {
			t.Errorf("trial %d: %q, want %q", trial, text, want)
		}
	}
}
