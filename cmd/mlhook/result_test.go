//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
)

// A trial names the file that it saved its model in, and does not choose what is
// written into the user's directory; what is there stays.
func TestCopyModel(t *testing.T) {
	for saved, want := range map[string]string{"model.keras": "model.keras", "model.weights.h5": "model.weights.h5", ".envrc": "model", "Makefile": "model", "evil.py": "model"} {
		t.Run(saved, func(t *testing.T) {
			dir, best := t.TempDir(), 0
			attempt := filepath.Join(dir, "trials", "0", "1")
			if err := os.MkdirAll(filepath.Join(attempt, "model"), 0o755); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"events.jsonl": fmt.Sprintf(`{"v":1,"type":"model","path":%q}`+"\n", saved), "model/" + saved: "weights"} {
				if err := os.WriteFile(filepath.Join(attempt, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			d := run.Detail{Run: run.Run{Best: &best}, Trials: []run.Trial{{Attempts: []run.Attempt{{N: 1}}}}}
			t.Chdir(t.TempDir())
			if name, err := copyModel(dir, d, ""); name != want || err != nil {
				t.Fatalf("%q, %v; want %q", name, err, want)
			}
			if text, err := os.ReadFile(want); string(text) != "weights" {
				t.Errorf("%q, %v", text, err)
			}
			if err := os.Symlink("nowhere", "link"); err != nil {
				t.Fatal(err)
			}
			for _, to := range []string{want, "link", "no/directory"} {
				if _, err := copyModel(dir, d, to); err == nil {
					t.Errorf("%s: no error", to)
				}
			}
			if _, err := os.Stat("nowhere"); err == nil {
				t.Error("written through a link")
			}
		})
	}
}
