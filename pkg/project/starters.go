package project

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// starting are modules that start programs, and how calls begin that do so
// without one.
var (
	starting = map[string]bool{"subprocess": true, "runpy": true, "papermill": true, "asyncio": true}
	calling  = []string{"exec(", "system(", "popen(", "execv", "execl", "spawn"}
)

// Starters are the files that may start one of some others as a program: they
// name it, whole or without its directory and extension, and something that
// starts programs. They are read, not parsed. skip tells which are not asked for.
func (p *Project) Starters(names []string, seen []Glance, skip func(name string) bool) (found []string, err error) {
	var titles [][]byte
	for _, name := range names {
		name = strings.TrimSuffix(strings.TrimSuffix(name, path.Ext(name)), "/__main__")
		titles = append(titles, []byte(path.Base(name)))
	}
	for _, g := range seen {
		if skip(g.Name) {
			continue
		}
		text, err := fs.ReadFile(p.files, g.Name)
		if err != nil {
			return nil, err
		}
		starts := mentions(g.imports, starting) || slices.ContainsFunc(calling, func(call string) bool { return bytes.Contains(text, []byte(call)) })
		if starts && len(text) <= maxFile && slices.ContainsFunc(titles, func(title []byte) bool { return bytes.Contains(text, title) }) {
			found = append(found, g.Name)
		}
	}
	return found, nil
}
