// Package project reads the Python files of a project into trees that know
// each other: what a name means whatever its alias, which file an import is,
// and which literal in which file decides the value of an expression.
//
// A file is parsed when somebody asks for it. A repository of thousands of
// files is looked at by its bytes first, see Glance.
package project

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

// A Project is the Python files and notebooks of a directory tree that people
// wrote.
type Project struct {
	// Args is the command line that the program is started with; set it before a
	// file is parsed.
	Args []string

	files   fs.FS
	known   func(canonical string) bool
	names   []string
	texts   []string        // documents and scripts of other languages
	roots   []string        // see findRoots
	foreign map[string]bool // directories with a licence of their own
	parsed  Modules         // nil for a name that was not asked for yet
	configs *configs
}

// Modules are parsed files by path.
type Modules map[string]*Module

// Has tells whether a file is among the modules.
func (m Modules) Has(name string) bool { return m[name] != nil }

// skipped are directories of what was installed or made.
var skipped = map[string]bool{"venv": true, "env": true, "node_modules": true, "site-packages": true, "__pycache__": true, "build": true, "dist": true}

// unnamed tells of a name that is not UTF-8, under which io/fs opens nothing.
func unnamed(d fs.DirEntry) bool { return !fs.ValidPath(d.Name()) }

// New lists the Python files and notebooks, parsing none. known tells which canonical names
// a star import may have brought in.
func New(files fs.FS, known func(canonical string) bool) (*Project, error) {
	p := &Project{files: files, known: known, parsed: Modules{}, foreign: map[string]bool{}, configs: &configs{files: files, read: map[string]*Config{}}}
	packaged := map[string]bool{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (skipped[d.Name()] || unnamed(d) || strings.HasPrefix(d.Name(), ".") && name != "." && name != ".github"):
			return fs.SkipDir
		case !d.Type().IsRegular() || unnamed(d):
			return nil
		}
		if slices.Contains(packaging, d.Name()) {
			packaged[path.Dir(name)] = true
		}
		if upper := strings.ToUpper(d.Name()); strings.HasPrefix(upper, "LICENSE") || strings.HasPrefix(upper, "LICENCE") || strings.HasPrefix(upper, "COPYING") || strings.HasPrefix(upper, "CONTRIBUTING") {
			p.foreign[path.Dir(name)] = true
		}
		switch {
		case path.Ext(name) == ".py" || IsNotebook(name) || p.isCommand(name, d):
			p.names = append(p.names, name)
			p.parsed[name] = nil
		case isText(d.Name()):
			p.texts = append(p.texts, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the project: %w", err)
	}
	p.findRoots(packaged)
	return p, nil
}

// isCommand tells whether a file without an extension is a Python program: it may
// be executed and says so at its begin.
func (p *Project) isCommand(name string, d fs.DirEntry) bool {
	if path.Ext(name) != "" {
		return false
	}
	info, err := d.Info()
	if err != nil || info.Mode()&0o100 == 0 {
		return false
	}
	f, err := p.files.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, 128)) // it may be a large binary
	line, _, _ := bytes.Cut(begin, []byte("\n"))
	return err == nil && bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("python"))
}

// Has tells whether the project has a Python file of this path.
func (p *Project) Has(name string) bool {
	_, ok := p.parsed[name]
	return ok
}

// Somewhere tells whether a top-level module is a file or a package of the
// project, in whichever directory: scripts put those on sys.path.
func (p *Project) Somewhere(module string) bool {
	return slices.ContainsFunc(p.names, func(name string) bool {
		rest, ok := strings.CutSuffix(name, "/__init__.py")
		if !ok {
			rest = strings.TrimSuffix(name, ".py")
		}
		return path.Base(rest) == module
	})
}

// Lost tells whether a file imports a module of a package of the project that the
// package, wherever it lies, does not have: it was moved, or is there no more.
func (p *Project) Lost(m *Module) bool {
	return slices.ContainsFunc(m.wants(), func(full string) bool {
		parts := strings.SplitN(full, ".", 3)
		if len(parts) < 3 || !p.Somewhere(parts[0]) {
			return false
		}
		file := "/" + parts[0] + "/" + parts[1]
		return !slices.ContainsFunc(p.names, func(name string) bool {
			name = "/" + name
			return strings.HasSuffix(name, file+".py") || strings.Contains(name, file+"/")
		})
	})
}

// Foreign tells whether a file was taken over from another project: it lies below
// a directory with a licence of its own.
func (p *Project) Foreign(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if p.foreign[dir] {
			return true
		}
	}
	return false
}

// Disown says that a directory is other people's, though it may have no licence.
func (p *Project) Disown(dir string) { p.foreign[dir] = true }

// Ending lists the Python files whose path ends so.
func (p *Project) Ending(suffix string) (names []string) {
	for _, name := range p.names {
		if strings.HasSuffix(name, suffix) {
			names = append(names, name)
		}
	}
	return names
}

// Len is the number of Python files.
func (p *Project) Len() int { return len(p.names) }

// Module parses a file of the project, once.
func (p *Project) Module(name string) (*Module, error) {
	if m := p.parsed[name]; m != nil {
		return m, nil
	}
	text, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, err
	}
	p.parsed[name] = Parse(name, text, p.known)
	p.parsed[name].configs, p.parsed[name].roots, p.parsed[name].Args = p.configs, p.roots, p.Args
	return p.parsed[name], nil
}

// Closure returns a file and the project's files that it imports, and those that
// they import and so on, itself first.
func (p *Project) Closure(entry string) ([]*Module, error) { return p.closure(entry, math.MaxInt) }

// Near returns a file and the project's files that it imports itself.
func (p *Project) Near(name string) ([]*Module, error) { return p.closure(name, 1) }

// closure goes after the imports of a file and of so many of those that it finds.
func (p *Project) closure(entry string, most int) ([]*Module, error) {
	seen := map[string]bool{entry: true}
	names := []string{entry}
	var program []*Module
	for i := 0; i < len(names); i++ {
		m, err := p.Module(names[i])
		if err != nil {
			return nil, err
		}
		program = append(program, m)
		if i >= most {
			continue
		}
		for _, file := range p.needs(m) {
			if !seen[file] {
				seen[file] = true
				names = append(names, file)
			}
		}
	}
	return program, nil
}

// needs lists the project's files that a file imports.
func (p *Project) needs(m *Module) (files []string) {
	for _, full := range m.wants() {
		if file, ok := m.Local(full, p.Has); ok && file != m.Name {
			files = append(files, file)
		}
	}
	return append(files, p.chosen(m)...)
}

// wants lists what a file imports, sorted.
func (m *Module) wants() []string {
	imports := slices.Concat(m.Stars, m.Plain)
	for _, full := range m.Imports {
		imports = append(imports, full)
	}
	slices.Sort(imports)
	return imports
}
