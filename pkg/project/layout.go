package project

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// packaging are files whose directory a package is built and installed from.
var packaging = []string{"setup.py", "setup.cfg", "pyproject.toml"}

// findRoots lists the directories that are on the import path of an installed
// project though no script lies in them: what is no package itself and is
// named src, or holds a package and lies where one is installed from.
func (p *Project) findRoots(packaged map[string]bool) {
	found := map[string]bool{}
	for _, name := range p.names {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if path.Base(dir) == "src" {
				found[dir] = true
			}
		}
		if root := path.Dir(path.Dir(name)); path.Base(name) == "__init__.py" && (packaged[root] || packaged[path.Dir(root)]) {
			found[root] = true
		}
	}
	for root := range found {
		if root != "." && !p.Has(root+"/__init__.py") {
			p.roots = append(p.roots, root)
		}
	}
	slices.Sort(p.roots)
}

// readPaths notes the directories that a file puts on sys.path, as far as the
// source names them: "src" for sys.path.append(os.path.join(HERE, "..", "src")).
// Which directory that is from tells only where it lies, see locate.
func (m *Module) readPaths() {
	var paths []string // m.paths stays empty meanwhile, since finding a value may look for a module
	for _, c := range m.Calls {
		if name := m.Canonical(c); name != "sys.path.append" && name != "sys.path.insert" && name != "site.addsitedir" || len(c.Args) == 0 {
			continue
		}
		dir := path.Clean(m.path(c.Args[len(c.Args)-1], nil, farthest))
		for strings.HasPrefix(dir, "../") {
			dir = dir[len("../"):]
		}
		if dir != "." && dir != ".." && !path.IsAbs(dir) {
			paths = append(paths, dir)
		}
	}
	m.paths = paths
}

// Local returns the project file that a canonical name's module is, if any.
// Python looks beside the script that was started, which lies in the directory
// of the importing file or above it, and where the import path leads.
func (m *Module) Local(dottedName string, have func(name string) bool) (string, bool) {
	file, _, ok := m.locate(dottedName, have)
	return file, ok
}

// locate finds a module, and the directory of the import path that it was found
// from; that is empty for a relative import.
func (m *Module) locate(dottedName string, have func(name string) bool) (file, from string, ok bool) {
	base := path.Dir(m.Name)
	if strings.HasPrefix(dottedName, ".") {
		for dottedName = dottedName[1:]; strings.HasPrefix(dottedName, "."); dottedName = dottedName[1:] {
			base = path.Dir(base)
		}
		file, ok = below(base, dottedName, have)
		return file, "", ok
	}
	tries := []string{base}
	for dir := base; dir != "."; {
		dir = path.Dir(dir)
		tries = append(tries, dir)
	}
	for _, dir := range slices.Clone(tries) {
		for _, added := range m.paths {
			tries = append(tries, path.Join(dir, added))
		}
	}
	for _, dir := range slices.Concat(tries, m.roots) {
		if file, ok := below(dir, dottedName, have); ok && file != m.Name { // trainers/trainers.py imports trainers.base
			return file, dir, true
		}
	}
	return "", "", false
}

// below finds the module of a dotted name in a directory; the last words may be
// what is taken out of it.
func below(dir, dottedName string, have func(name string) bool) (string, bool) {
	for name := dottedName; name != ""; {
		file := path.Join(dir, strings.ReplaceAll(name, ".", "/"))
		for _, try := range []string{file + ".py", file + "/__init__.py"} {
			if have(try) {
				return try, true
			}
		}
		name = name[:max(0, strings.LastIndexByte(name, '.'))]
	}
	return "", false
}

// prefix is how the argument of import_module begins where only its end is made
// at run time: "models." + name, f"models.{name}", "models.%s" % name.
var prefix = regexp.MustCompile(`^[fFrRuU]*["']([A-Za-z_][\w.]*)\.(?:["']\s*\+|\{|%s)`)

// chosen lists the files of the directories of which a file imports one that is
// named at run time.
func (p *Project) chosen(m *Module) (files []string) {
	for _, c := range m.Calls {
		if m.Canonical(c) != "importlib.import_module" || len(c.Args) == 0 {
			continue
		}
		match := prefix.FindStringSubmatch(m.File.Text(c.Args[0]))
		if match == nil {
			continue
		}
		dir := strings.ReplaceAll(match[1], ".", "/")
		for _, name := range p.names {
			home := strings.TrimSuffix(path.Dir(name), dir) // where the import path leads
			if strings.HasSuffix("/"+path.Dir(name), "/"+dir) && strings.HasPrefix(m.Name, home) && name != m.Name && path.Ext(name) == ".py" {
				files = append(files, name)
			}
		}
	}
	return files
}

// ImportPath lists the directories, other than the entry's own, that a program
// imports from: those above the entry, where `python -m` and an IDE start it,
// and those that an installed project has on its import path.
func (p *Project) ImportPath(entry string, program []*Module) []string {
	dirs := []string{}
	for _, m := range program {
		for _, full := range m.wants() {
			_, from, ok := m.locate(full, p.Has)
			above := from == "." || strings.HasPrefix(entry, from+"/")
			if ok && from != "" && from != path.Dir(entry) && (above || slices.Contains(p.roots, from)) && !slices.Contains(dirs, from) {
				dirs = append(dirs, from)
			}
		}
	}
	slices.Sort(dirs)
	return dirs
}
