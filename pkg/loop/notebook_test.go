//go:build unix

package loop

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/store"
)

// An error is told by its cell, unless the trial put something else than a
// notebook in the place of its own.
func TestLocated(t *testing.T) {
	const book = `{"cells":[{"cell_type":"code","source":["x = 1\n","y = 2"],"metadata":{},"outputs":[]},` +
		`{"cell_type":"code","source":["z = w"],"metadata":{},"outputs":[]}],"metadata":{},"nbformat":4,"nbformat_minor":5}`
	l := &Loop{Dir: t.TempDir(), program: &inspect.Program{Entry: "a.ipynb"}}
	raised := agent.Event{Type: agent.EventError, File: "a.ipynb.py", Line: 3}
	kept := filepath.Join(t.TempDir(), "b.ipynb")
	write(t, kept, book)
	file := filepath.Join(store.TreeDir(l.Dir, 0, 1), "a.ipynb")
	for _, c := range []struct {
		what, want string
		put        func() error
	}{
		{"the notebook", "a.ipynb cell 2", func() error { write(t, file, book); return nil }},
		{"a symlink", "a.ipynb.py", func() error { return os.Symlink(kept, file) }},
		{"a FIFO", "a.ipynb.py", func() error { return unix.Mkfifo(file, 0o644) }},
	} {
		os.Remove(file)
		if err := c.put(); err != nil {
			t.Fatal(err)
		}
		if got := l.located(raised, 0, 1); got.File != c.want {
			t.Fatalf("%s: the error is in %s, want %s", c.what, got.File, c.want)
		}
	}
}
