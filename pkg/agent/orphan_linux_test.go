package agent_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// orphan lets an agent end when the process of the tests dies.
func orphan(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }

// Tests that are killed leave no agent.
func TestKilledTestsLeaveNoAgent(t *testing.T) {
	const inner = "MLHOOK_TEST_ORPHAN"
	if dir := os.Getenv(inner); dir != "" {
		launch(t, dir, interpreter(t), "", io.Discard).greeted()
		select {}
	}
	t.Parallel()
	s := &session{t: t, dir: t.TempDir()}
	tests := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	tests.Env = append(os.Environ(), inner+"="+s.dir)
	orphan(tests)
	if err := tests.Start(); err != nil {
		t.Fatal(err)
	}
	s.greeted()
	if err := tests.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = tests.Wait()
	s.await("the agent's end", func() bool {
		events := s.events(filepath.Join(s.dir, "state", "agent.jsonl"))
		return events[len(events)-1].Type == agent.EventBye
	})
}
