package agent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// The agent's own tests, on every Python that is named: MLHOOK_TEST_PYTHONS, a
// list like PATH, and the one that the other tests run.
func TestPython(t *testing.T) {
	t.Parallel()
	home, err := agent.Extract(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, python := range append(filepath.SplitList(os.Getenv("MLHOOK_TEST_PYTHONS")), interpreter(t)) {
		t.Run(strings.ReplaceAll(python, "/", "_"), func(t *testing.T) {
			cmd := exec.Command(python, "-B", "-W", "error", "-m", "unittest", "discover", "-s", filepath.Join("testdata", "unit"))
			cmd.Env = append(os.Environ(), "PYTHONPATH="+home)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "\nOK") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
