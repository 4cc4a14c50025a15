// Package project reads the Python files of a project into trees that know
// each other: what a name means whatever its alias, which file an import is,
// and which literal in which file decides the value of an expression.
package project

import (
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Modules are the files of a project by path.
type Modules map[string]*Module

// maxFile is the size beyond which a file is no source that people write.
const maxFile = 2 << 20

// Read parses all Python files but those of libraries, side by side.
func Read(files fs.FS, known func(canonical string) bool) (Modules, error) {
	names, err := scripts(files)
	if err != nil {
		return nil, err
	}
	parsed := make([]*Module, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			text, err := fs.ReadFile(files, name)
			if err == nil {
				parsed[i] = Parse(name, text, known)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	modules := Modules{}
	for _, m := range parsed {
		modules[m.Name] = m
	}
	return modules, nil
}

// scripts lists the Python files that people wrote.
func scripts(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (skipped[d.Name()] || strings.HasPrefix(d.Name(), ".") && name != "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || path.Ext(name) != ".py":
			return nil
		}
		info, err := d.Info()
		if err == nil && info.Size() <= maxFile {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

var skipped = map[string]bool{"venv": true, "env": true, "node_modules": true, "site-packages": true, "__pycache__": true, "build": true, "dist": true}

// Closure returns the entry and the project's files that it imports.
func (modules Modules) Closure(entry string) []*Module {
	main := modules[entry]
	seen := map[string]bool{main.Name: true}
	program := []*Module{main}
	for i := 0; i < len(program); i++ {
		m := program[i]
		names := slices.Clone(m.Stars)
		for _, full := range m.Imports {
			names = append(names, full)
		}
		sort.Strings(names)
		for _, full := range names {
			if file, ok := m.Local(full, modules); ok && !seen[file] {
				seen[file] = true
				program = append(program, modules[file])
			}
		}
	}
	return program
}

// Imported marks the files that another one imports.
func (modules Modules) Imported() map[string]bool {
	imported := map[string]bool{}
	for name, m := range modules {
		for _, full := range m.Imports {
			if file, ok := m.Local(full, modules); ok && file != name {
				imported[file] = true
			}
		}
		for _, full := range m.Stars {
			if file, ok := m.Local(full, modules); ok && file != name {
				imported[file] = true
			}
		}
	}
	return imported
}
