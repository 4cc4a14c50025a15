package loop

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/notebook"
	"github.com/mlhook/mlhook/pkg/project"
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

func (l *Loop) layOutCode(tree string) error {
	if !project.IsNotebook(l.program.Entry) {
		return nil
	}
	file, err := os.ReadFile(filepath.Join(tree, filepath.FromSlash(l.program.Entry)))
	if err != nil {
		return err
	}
	n, err := notebook.Read(file)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tree, filepath.FromSlash(l.script())), n.Text, 0o644)
}

// located names the cell in which a notebook's code raised an error.
func (l *Loop) located(e agent.Event, trial, attempt int) agent.Event {
	if e.Type != agent.EventError || !project.IsNotebook(l.program.Entry) || e.File != l.script() {
		return e
	}
	file, err := os.ReadFile(filepath.Join(store.TreeDir(l.Dir, trial, attempt), filepath.FromSlash(l.program.Entry)))
	if err != nil {
		return e
	}
	n, err := notebook.Read(file)
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

// code is what counts of a file: of a notebook its cells' source and not what
// they printed when they were run by hand.
func code(name string, text []byte) []byte {
	if !project.IsNotebook(name) {
		return text
	}
	n, err := notebook.Read(text)
	if err != nil {
		return text
	}
	return n.Text
}
