package inspect

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A reach is what may run when a file is started: its own statements, and the
// functions and classes that these name, in whichever file, and so on (a call
// graph by rapid type analysis: an attribute stands for the methods of that name
// of the classes that are named). A function that is named counts as called,
// since it may be a callback or a command.
type reach struct {
	files   *project.Project
	indexes indexes
	seen    map[pysrc.Node]bool
	names   map[nameIn]bool // that were gone after
	todo    []code
	done    int  // of todo
	limit   int  // of functions that are followed
	brief   bool // only a training is looked for
	grades
	methods  map[string][]code // of classes that are named, by name
	wanted   map[string]bool   // attributes that are named
	imported []*project.Module // by what was reached, in order
	calls    []call
	classes  []class // that may be made
	err      error
}

// code is a part of a file that runs.
type code struct {
	m    *project.Module
	body []pysrc.Stmt
}

// A nameIn is a name of a file.
type nameIn struct {
	m    *project.Module
	name string
}

// A call is one that may run.
type call struct {
	m *project.Module
	c *pysrc.Call
}

// A class is one of a file.
type class struct {
	m *project.Module
	c *pysrc.Class
}

// An index finds the functions and classes of a file by their names.
type index struct {
	functions map[string][]*pysrc.Def
	classes   map[string][]*pysrc.Class
	fields    map[string][]pysrc.Expr    // what self.name is set to
	locals    map[string]*project.Module // by dotted names that were asked for
}

// indexes are those of files; several reaches share them.
type indexes map[*project.Module]*index

func newReach(files *project.Project, shared indexes) *reach {
	return &reach{files: files, limit: most, indexes: shared, seen: map[pysrc.Node]bool{}, names: map[nameIn]bool{}, methods: map[string][]code{}, wanted: map[string]bool{}}
}

// start follows a file that is started.
func (r *reach) start(m *project.Module) error {
	r.seen[m.File] = true
	r.run(m, m.File.Body)
	return r.finish()
}

// load follows what the files that were imported run as they are imported.
func (r *reach) load() error {
	for i := 0; i < len(r.imported) && r.err == nil; i++ {
		m := r.imported[i]
		if r.seen[m.File] {
			continue
		}
		r.seen[m.File] = true
		r.run(m, only(m.File.Body, func(s pysrc.Stmt) bool {
			b, ok := s.(*pysrc.Block)
			return !ok || !project.IsMain(b)
		}))
		if err := r.finish(); err != nil {
			return err
		}
	}
	return r.err
}

// most is how many functions are followed, those nearest to the start: enough for
// any program that people start, and a bound for a framework's own source.
const most = 1000

// finish follows what is to be followed; where only a training is looked for, up to it.
func (r *reach) finish() error {
	for r.done < len(r.todo) && r.done < r.limit && r.err == nil && !(r.brief && r.grade() == training) {
		next := r.todo[r.done]
		r.todo[r.done] = code{} // let go
		r.done++
		for _, n := range next.body {
			r.follow(next.m, n)
		}
	}
	return r.err
}

func (r *reach) run(m *project.Module, body []pysrc.Stmt) { r.todo = append(r.todo, code{m, body}) }

// follow notes the calls in a node that runs and goes after what it names.
func (r *reach) follow(m *project.Module, root pysrc.Node) {
	stored := map[pysrc.Node]bool{}
	pysrc.Walk(root, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Def:
			r.define(m, n)
			return false
		case *pysrc.Class: // made when it is named
			return false
		case *pysrc.Import, *pysrc.ImportFrom:
			r.bring(m, n)
		case *pysrc.Assign:
			for _, t := range n.Targets {
				stored[t] = true
			}
		case *pysrc.Call:
			r.calls = append(r.calls, call{m, n})
			if name := m.Canonical(n); strings.HasPrefix(name, "tensorflow.") && strings.HasSuffix(name, "app.run") {
				r.name(m, "main", false)
			}
		case *pysrc.Name:
			if !stored[n] {
				r.name(m, n.ID, false)
			}
		case *pysrc.Attribute:
			return stored[n] || r.attribute(m, n)
		}
		return true
	})
}

// define follows the decorators and defaults of a function, and a command.
func (r *reach) define(m *project.Module, d *pysrc.Def) {
	for _, e := range d.Decorators {
		r.follow(m, e)
	}
	if commands(d) {
		r.call(m, d)
	}
	for _, p := range d.Params {
		if p.Default != nil {
			r.follow(m, p.Default)
		}
	}
}

// commands tells whether the decorators of a function make it a command of the program.
func commands(d *pysrc.Def) bool {
	return slices.ContainsFunc(d.Decorators, func(e pysrc.Expr) bool {
		if c, ok := e.(*pysrc.Call); ok {
			e = c.Func
		}
		return slices.Contains([]string{"command", "automain", "callback"}, project.LastName(e))
	})
}

// bring notes the files that an import runs.
func (r *reach) bring(m *project.Module, n pysrc.Node) {
	for _, full := range importsOf(n) {
		if other := r.local(m, full); other != nil {
			r.imported = append(r.imported, other)
		}
	}
}

// importsOf are the dotted names that an import statement brings.
func importsOf(n pysrc.Node) (names []string) {
	switch n := n.(type) {
	case *pysrc.Import:
		for _, a := range n.Names {
			names = append(names, a.Name)
		}
	case *pysrc.ImportFrom:
		for _, a := range n.Names {
			names = append(names, project.From(n)+a.Name)
		}
	}
	return names
}

// local is the file of the project that a dotted name leads to, nil for others.
func (r *reach) local(m *project.Module, full string) *project.Module {
	locals := r.index(m).locals
	other, asked := locals[full]
	if asked {
		return other
	}
	if file, ok := m.Local(full, r.files.Has); ok {
		var err error
		if other, err = r.files.Module(file); err != nil {
			r.err = err
			return nil
		}
	}
	locals[full] = other
	return other
}

// name goes after a name of a file: what it defines, imports or assigns. Others
// see what it assigns.
func (r *reach) name(m *project.Module, name string, foreign bool) {
	if at := (nameIn{m, name}); !r.names[at] {
		r.names[at] = true
		r.known(m, name)
	}
	if !foreign {
		return
	}
	for _, a := range m.Assigns[name] {
		if a.Value != nil && !r.seen[a] {
			r.seen[a] = true
			r.follow(m, a.Value)
		}
	}
}

// known goes after a name that a file defines or imports.
func (r *reach) known(m *project.Module, name string) {
	i := r.index(m)
	for _, d := range i.functions[name] {
		r.call(m, d)
	}
	for _, c := range i.classes[name] {
		r.class(m, c)
	}
	if len(i.functions[name])+len(i.classes[name]) > 0 {
		return
	}
	if full, ok := m.Imports[name]; ok {
		if other := r.elsewhere(m, full); other != nil {
			r.whole(other)
		}
		return
	}
	for _, star := range m.Stars {
		if other := r.local(m, star); other != nil && other != m {
			r.name(other, name, true)
		}
	}
}

// whole goes after a file that is handed on as it is: any class that it has or
// imports may be made by its name.
func (r *reach) whole(m *project.Module) {
	at := nameIn{m, "*"}
	if r.names[at] {
		return
	}
	r.names[at] = true
	for _, classes := range r.index(m).classes {
		for _, c := range classes {
			r.class(m, c)
		}
	}
	for name, full := range m.Imports {
		if other := r.local(m, full); other != nil && len(r.index(other).classes[name]) > 0 {
			r.name(other, name, false)
		}
	}
	for _, star := range m.Stars {
		if other := r.local(m, star); other != nil {
			r.whole(other)
		}
	}
}

// elsewhere goes after a dotted name of another file. Where that is the file
// itself it returns it.
func (r *reach) elsewhere(m *project.Module, full string) *project.Module {
	other := r.local(m, full)
	if other == nil || other == m {
		return nil
	}
	words := strings.Split(strings.TrimLeft(full, "."), ".")
	name := strings.TrimSuffix(other.Name, ".py")
	if words[0] != "__init__" { // from __init__ import: the file, by its own name
		name = strings.TrimSuffix(name, "/__init__")
	}
	file := strings.Split(name, "/")
	rest := words
	for n := len(words); n > 0; n-- {
		if n <= len(file) && slices.Equal(file[len(file)-n:], words[:n]) {
			rest = words[n:]
			break
		}
	}
	if len(rest) == 0 {
		return other
	}
	r.name(other, rest[0], true)
	return nil
}

// attribute goes after base.attr: of an imported file what it names, of other
// things a method. It tells whether the base is to be followed as well.
func (r *reach) attribute(m *project.Module, a *pysrc.Attribute) bool {
	dotted := project.Dotted(a)
	full, imported := m.Imports[project.Root(dotted)]
	switch {
	case imported && dotted != "":
		full += dotted[len(project.Root(dotted)):]
		r.elsewhere(m, full)
		if r.local(m, full) == nil {
			return false // of somebody else's module
		}
	default:
		if by := r.madeBy(m, a.Value); strings.Contains(by, ".") && r.local(m, by) == nil {
			return true // a method of somebody else's object
		}
	}
	if !r.wanted[a.Attr] {
		r.wanted[a.Attr] = true
		r.todo = append(r.todo, r.methods[a.Attr]...)
	}
	return !imported
}

// call follows a function once.
func (r *reach) call(m *project.Module, d *pysrc.Def) {
	if !r.seen[d] {
		r.seen[d] = true
		r.run(m, d.Body)
	}
}

// class makes the methods of a class and its bases known. Python itself calls
// those with two underscores, and a thread or a task is run by its maker.
func (r *reach) class(m *project.Module, c *pysrc.Class) {
	if r.seen[c] {
		return
	}
	r.seen[c] = true
	r.classes = append(r.classes, class{m, c})
	for _, s := range c.Body {
		d, ok := s.(*pysrc.Def)
		if !ok {
			continue
		}
		r.define(m, d)
		method := code{m, d.Body}
		r.methods[d.Name] = append(r.methods[d.Name], method)
		if r.wanted[d.Name] || strings.HasPrefix(d.Name, "__") || d.Name == "run" && len(c.Bases) > 0 {
			r.todo = append(r.todo, method)
		}
	}
	for _, base := range c.Bases {
		r.follow(m, base)
	}
}

// index reads what a file defines.
func (r *reach) index(m *project.Module) *index {
	if i := r.indexes[m]; i != nil {
		return i
	}
	i := &index{map[string][]*pysrc.Def{}, map[string][]*pysrc.Class{}, map[string][]pysrc.Expr{}, map[string]*project.Module{}}
	r.indexes[m] = i
	methods := map[pysrc.Node]bool{}
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Class:
			i.classes[n.Name] = append(i.classes[n.Name], n)
			for _, s := range n.Body {
				methods[s] = true
			}
		case *pysrc.Def:
			if !methods[n] {
				i.functions[n.Name] = append(i.functions[n.Name], n)
			}
		case *pysrc.Assign:
			for _, t := range n.Targets {
				if a, ok := t.(*pysrc.Attribute); ok && project.Dotted(a.Value) == "self" {
					i.fields[a.Attr] = append(i.fields[a.Attr], n.Value)
				}
			}
		}
		return true
	})
	return i
}
