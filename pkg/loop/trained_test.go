package loop

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// trained is a loop that trains a script of a framework for real, as a process
// here; whoever calls it closes its session.
func trained(t *testing.T, script, framework string) (*Loop, run.Run) {
	t.Helper()
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if exec.Command(python, "-c", "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))", framework).Run() != nil {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatalf("MLHOOK_TEST_PYTHON has no %s, and MLHOOK_TEST_REQUIRE is set", framework)
		}
		t.Skipf("needs a Python with %s in MLHOOK_TEST_PYTHON", framework)
	}
	ctx, dir := context.Background(), t.TempDir()
	journal, err := store.Open(ctx, filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { journal.Close() })
	r, _, err := journal.Add(ctx, store.Order{Commit: strings.Repeat("a", 40)})
	if err != nil {
		t.Fatal(err)
	}
	l := &Loop{Number: r.Number, Dir: dir, Journal: journal, Out: io.Discard, Engine: &engine.Local{Cache: filepath.Join(dir, "cache")},
		program: &inspect.Program{Entry: "train.py", Dir: ".", Family: framework, Frameworks: []string{framework}, Preload: []string{framework}}, image: engine.Image{Ref: python},
		Hold: func() string { return "" }, budget: &budget{most: time.Hour}, Settings: config.Defaults()}
	for _, name := range []string{"commit", "trials"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "commit", "train.py"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	return l, r
}
