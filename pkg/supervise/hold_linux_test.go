package supervise

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// The user is told of a full disk once, however much more or less is free later.
func TestFullDiskIsToldOnce(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skip("cannot mount a small disk:", err)
	}
	t.Cleanup(func() { unix.Unmount(disk, 0) })
	s := newScene(t)
	s.State = store.State(disk)
	r := s.repo("a")
	s.hook(r, "1", "main")
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(filepath.Join(disk, name), make([]byte, 4<<20), 0o644); err != nil {
			t.Fatal(err)
		}
		s.look()
	}
	s.expectRun(r, 1, run.Queued, "", "has less than the 1024 MB left")
	s.expect()
	if len(s.told) != 1 {
		t.Errorf("told %d times", len(s.told))
	}
}
