//go:build unix

package agent_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// putCheckpoint writes a checkpoint as the agent does.
func putCheckpoint(t *testing.T, dir, name string, files map[string]string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	known := map[string]any{}
	for file, text := range files {
		put(t, filepath.Join(path, file), text)
		known[file] = map[string]any{"size": len(text), "sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}
	}
	text, err := json.Marshal(map[string]any{"v": 1, "epoch": 7, "level": "exact", "files": known})
	if err != nil {
		t.Fatal(err)
	}
	putManifest(t, path, string(text))
	return path
}

func putManifest(t *testing.T, dir, text string) {
	t.Helper()
	put(t, filepath.Join(dir, "MANIFEST.json"), fmt.Sprintf("%s\n%x\n", text, sha256.Sum256([]byte(text))))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestNewestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	// The number of the attempt counts, and not that of the epoch.
	for _, name := range []string{"50-1-9", "3-2-1", "4-2-2", ".tmp-5-2-3", "notes", "1-2"} {
		putCheckpoint(t, dir, name, map[string]string{"state.pkl": name})
	}
	names, err := agent.Checkpoints(dir)
	if diff := cmp.Diff([]string{"4-2-2", "3-2-1", "50-1-9"}, names); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	put(t, filepath.Join(dir, "4-2-2", "state.pkl"), "4-2-X")
	var said []string
	c, err := agent.Newest(dir, func(text string) { said = append(said, text) })
	if err != nil || c == nil || c.Name != "3-2-1" || c.Epoch != 7 || c.Level != agent.LevelExact {
		t.Fatalf("%+v %v", c, err)
	}
	if len(said) != 1 || !strings.Contains(said[0], "4-2-2") {
		t.Errorf("said %q", said)
	}
	if _, err := os.Stat(filepath.Join(dir, ".bad-4-2-2", "state.pkl")); err != nil {
		t.Error(err)
	}
	if c, err := agent.Newest(filepath.Join(dir, "none"), nil); c != nil || err != nil {
		t.Errorf("of nothing: %v %v", c, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	var archive strings.Builder
	z := zip.NewWriter(&archive)
	if w, err := z.Create("data.pkl"); err != nil {
		t.Fatal(err)
	} else if _, err := w.Write([]byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	whole := map[string]string{"state.pkl": strings.Repeat("x", 4000), "model.keras": archive.String()}
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string // contained in the error; "" for none
	}{
		{"whole", func(*testing.T, string) {}, ""},
		{"truncated", func(t *testing.T, dir string) { put(t, filepath.Join(dir, "state.pkl"), "xxx") }, "3 bytes instead of 4000"},
		{"empty", func(t *testing.T, dir string) { put(t, filepath.Join(dir, "state.pkl"), "") }, "0 bytes"},
		{"flipped", func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "state.pkl"), strings.Repeat("x", 3999)+"y")
		}, "not what was written"},
		{"missing", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "state.pkl")) }, "no such file"},
		{"symlink", func(t *testing.T, dir string) {
			remove(t, filepath.Join(dir, "state.pkl"))
			put(t, filepath.Join(dir, "other"), whole["state.pkl"])
			if err := os.Symlink("other", filepath.Join(dir, "state.pkl")); err != nil {
				t.Fatal(err)
			}
		}, "a symlink"},
		{"FIFO", func(t *testing.T, dir string) {
			remove(t, filepath.Join(dir, "state.pkl"))
			if err := syscall.Mkfifo(filepath.Join(dir, "state.pkl"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "a FIFO"},
		{"FIFO for a manifest", func(t *testing.T, dir string) {
			remove(t, filepath.Join(dir, "MANIFEST.json"))
			if err := syscall.Mkfifo(filepath.Join(dir, "MANIFEST.json"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "a FIFO"},
		{"no manifest", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "MANIFEST.json")) }, "no such file"},
		{"half a manifest", func(t *testing.T, dir string) { put(t, filepath.Join(dir, "MANIFEST.json"), `{"v":1,"ep`) }, "not what was written"},
		{"another epoch in the manifest", func(t *testing.T, dir string) {
			text, err := os.ReadFile(filepath.Join(dir, "MANIFEST.json"))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "MANIFEST.json"), strings.Replace(string(text), `"epoch":7`, `"epoch":3`, 1))
		}, "not what was written"},
		{"no JSON", func(t *testing.T, dir string) { putManifest(t, dir, "{") }, "JSON"},
		{"other version", func(t *testing.T, dir string) { putManifest(t, dir, `{"v":2}`) }, "version 2"},
		{"no files", func(t *testing.T, dir string) {
			putManifest(t, dir, `{"v":1,"level":"exact","files":{}}`)
		}, "names no file"},
		{"leads out", func(t *testing.T, dir string) {
			putManifest(t, dir, `{"v":1,"level":"exact","files":{"../../etc":{"size":1,"sha256":""}}}`)
		}, "no file of a checkpoint"},
		{"cut archive that the manifest agrees with", func(t *testing.T, dir string) {
			remove(t, dir)
			putCheckpoint(t, filepath.Dir(dir), filepath.Base(dir), map[string]string{"model.keras": archive.String()[:60]})
		}, "zip"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.spoil(t, putCheckpoint(t, dir, "7-1-3", whole))
			_, err := agent.Verify(dir, "7-1-3")
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// What Python writes, Go verifies.
func TestCheckpointOfTheAgent(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	a, log := s.run(agent.Request{}, `import gc, time
from mlhook_agent import checkpoint
store = [o for o in gc.get_objects() if type(o) is checkpoint.Store][0]
def write(text):
    return lambda path: open(path, "w").write(text)
for epoch in range(6):
    store.save({"by": "test"}, {"state": write("state %d" % epoch)}, epoch + 1, "exact", 0, score=-epoch)
store.wait()
print(store.load("6-1-6").epoch)
`)
	if events := a.clean().all(agent.EventCheckpoint); len(events) != 6 || events[5].Path != "6-1-6" || log != "6\n" {
		t.Errorf("%+v %q", events, log)
	}
	dir := s.checkpoints(0)
	names, err := agent.Checkpoints(dir)
	if want := []string{"6-1-6", "5-1-5", "4-1-4", "1-1-1"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("kept %v, want the last three and the best: %v", names, err)
	}
	for _, name := range names {
		if c, err := agent.Verify(dir, name); err != nil || c.Versions["python"] == "" {
			t.Errorf("%+v %v", c, err)
		}
	}
}
