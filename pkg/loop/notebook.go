package loop

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/notebook"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/store"
)

// script is what the agent executes: the entry or, for a notebook, the code of
// its cells, which layOutCode puts beside it.
func (l *Loop) script() string {
	if project.IsNotebook(l.program.Entry) {
		return l.program.Entry + ".py"
	}
	return l.program.Entry
}

func (l *Loop) layOutCode(attempt *os.Root, files map[string][]byte) (err error) {
	if !project.IsNotebook(l.program.Entry) {
		return nil
	}
	file, tweaked := files[l.program.Entry]
	if !tweaked {
		if file, err = os.ReadFile(filepath.Join(l.commitDir(), filepath.FromSlash(l.program.Entry))); err != nil {
			return err
		}
	}
	n, err := notebook.Read(file)
	if err != nil {
		return err
	}
	return attempt.WriteFile(inTree(l.script()), n.Text, 0o644)
}

// maxNotebook is the size up to which a trial's notebook is read, in bytes.
const maxNotebook = 64 << 20

// located names the cell in which a notebook's code raised an error.
func (l *Loop) located(e agent.Event, trial, attempt int) agent.Event {
	if e.Type != agent.EventError || !project.IsNotebook(l.program.Entry) || e.File != l.script() {
		return e
	}
	file, err := agent.OpenRegular(store.TreeDir(l.Dir, trial, attempt), filepath.FromSlash(l.program.Entry), maxNotebook)
	if err != nil {
		return e
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxNotebook))
	if err != nil {
		return e
	}
	n, err := notebook.Read(text)
	if err != nil {
		return e
	}
	offset := 0
	for line := 1; line < e.Line; line++ {
		end := bytes.IndexByte(n.Text[offset:], '\n')
		if end < 0 {
			return e
		}
		offset += end + 1
	}
	cell, line := n.Where(offset)
	e.File, e.Line = fmt.Sprintf("%s cell %d", l.program.Entry, cell), line
	return e
}

// code is what counts of a file: of Python what is executed, of a notebook its
// cells' source and not what they printed when they were run by hand.
func code(name string, text []byte) []byte {
	switch {
	case project.IsNotebook(name):
		n, err := notebook.Read(text)
		if err != nil {
			return text
		}
		return pysrc.Meaning(n.Text)
	case path.Ext(name) == ".py":
		return pysrc.Meaning(text)
	}
	return text
}
