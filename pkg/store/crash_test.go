package store

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain makes the test's own program a runner that counts to five.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != "runner" {
		os.Exit(m.Run())
	}
	journal, err := Open(context.Background(), os.Args[2])
	for n := 0; err == nil && n < 5; n++ {
		_, err = journal.Next(context.Background(), "n")
	}
	if err != nil {
		os.Exit(1)
	}
}

// A process dies where the plan says, once, and leaves the proof.
func TestCrashPlan(t *testing.T) {
	for plan, reached := range map[string]int{"runner commit 3": 2, "runner committed 3": 3, "supervise commit 1": 5, "runner commit 9": 5} {
		dir := t.TempDir()
		journal, err := Open(t.Context(), dir) // migrates, which is a transaction too
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "plan")
		if err := os.WriteFile(file, []byte(plan), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "runner", dir)
		cmd.Env = append(os.Environ(), "MLHOOK_CRASH="+file)
		failed := cmd.Run() != nil
		_, missed := os.Stat(file + ".hit")
		next, err := journal.Next(t.Context(), "n")
		journal.Close()
		if err != nil || failed != (reached < 5) || failed != (missed == nil) || next != reached+1 {
			t.Errorf("%s: failed %v, counted to %d, want %d: %v", plan, failed, next-1, reached, err)
		}
	}
}
