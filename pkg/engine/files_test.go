package engine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestChownOfAnyName holds that names that are not UTF-8 are handed over too.
func TestChownOfAnyName(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "tree", "d\xff")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Skip("the file system takes UTF-8 only:", err)
	}
	if err := os.WriteFile(filepath.Join(below, "n\xff"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := chown(dir, "tree", os.Getuid(), os.Getgid()); err != nil {
		t.Error(err)
	}
}
