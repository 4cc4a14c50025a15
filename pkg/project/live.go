package project

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A life is what of a program may run, told by names: code that is no function and
// no class, and each of those that it names, wherever that is, and so on; of the
// branches on what the source or a configuration says, those that are taken. A string
// or a configuration that has the name names it, since it may be looked up by it.
type life struct {
	entry   *Module
	modules Modules
	words   map[string]bool
	todo    []string
	aliases map[string][]string // import a as b: a by b
	waiting map[string][]piece  // by the name that they wait for
	dead    map[piece]bool
	behind  map[pysrc.Node]bool // statements behind one that always leaves
}

// A piece is a part of a file.
type piece struct {
	m *Module
	n pysrc.Node
}

// Live is a program without the functions and classes that it never names, the
// branches that it never takes and what its imported files do when they are started
// themselves; the places of the rest are as they were. A program that may find a
// function by a name that it makes is returned as it is.
func (modules Modules) Live(program []*Module) ([]*Module, Modules) {
	if slices.ContainsFunc(program, looksUp) {
		return program, modules
	}
	l := &life{program[0], modules, map[string]bool{}, nil, map[string][]string{}, map[string][]piece{}, map[piece]bool{}, map[pysrc.Node]bool{}}
	l.name("main") // which some frameworks call
	for _, config := range modules.Configs(program) {
		l.text(string(config.Src))
	}
	for _, m := range program {
		l.follow(m, m.File)
	}
	for len(l.todo) > 0 {
		word := l.todo[0]
		l.todo = l.todo[1:]
		for _, other := range l.aliases[word] {
			l.name(other)
		}
		for _, found := range l.waiting[word] {
			delete(l.dead, found)
			l.inner(found.m, found.n)
		}
	}
	alive, all := make([]*Module, len(program)), Modules{}
	for i, m := range program {
		alive[i] = l.rest(m)
		all[m.Name] = alive[i]
	}
	return alive, all
}

// looking are calls by which a program finds functions and classes in other ways
// than by their names.
var looking = []string{"globals", "locals", "vars", "eval", "exec", "__import__", "getmembers", "attrgetter", "locate",
	"Fire", "CLI", "LightningCLI", "__subclasses__"}

// looksUp tells whether a file may find a function or a class by a name that is
// made at run time, or without one.
func looksUp(m *Module) (found bool) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Def:
			found = found || n.Name == "__init_subclass__"
		case *pysrc.Attribute: // models.__dict__[name]()
			found = found || n.Attr == "__dict__" && Dotted(n.Value) != "self"
		case *pysrc.Call:
			found = found || looks(n)
		}
		return !found
	})
	return found
}

func looks(c *pysrc.Call) bool {
	name := LastName(c.Func)
	if a, method := c.Func.(*pysrc.Attribute); method && (name == "eval" || name == "exec") {
		return Dotted(a.Value) == "builtins" // model.eval()
	}
	if name == "getattr" && len(c.Args) > 1 {
		s, ok := c.Args[1].(*pysrc.String)
		return !ok || !s.Plain
	}
	return slices.Contains(looking, name)
}

// follow notes the names in a node that runs.
func (l *life) follow(m *Module, root pysrc.Node) {
	pysrc.Walk(root, func(n pysrc.Node) bool {
		if l.behind[n] {
			return false
		}
		switch n := n.(type) {
		case *pysrc.Def:
			if l.waits(m, n, n.Name, len(n.Decorators) == 0 && m.ClassOf(n) == "" && !takesSelf(n)) {
				return false
			}
			l.leaves(m, n.Body)
		case *pysrc.Part:
			l.leaves(m, n.Body)
		case *pysrc.Class: // of a class with keywords something else may take note
			return !l.waits(m, n, n.Name, len(n.Decorators)+len(n.Keywords) == 0)
		case *pysrc.Block:
			if m != l.entry && IsMain(n) && len(n.Parts) == 1 {
				l.dead[piece{m, n}] = true
				return false
			}
			_, never := l.modules.decided(m, n)
			if len(never) > 0 {
				l.others(m, n, never)
			}
			return len(never) == 0
		case *pysrc.Import:
			l.alias(n.Names)
		case *pysrc.ImportFrom:
			l.alias(n.Names)
		case *pysrc.Name:
			l.name(n.ID)
		case *pysrc.Attribute:
			l.name(n.Attr)
		case *pysrc.ExprStmt:
			_, document := n.X.(*pysrc.String)
			return !document
		case *pysrc.String:
			l.text(m.File.Text(n))
		}
		return true
	})
}

// others goes on in the parts of a statement that may run.
func (l *life) others(m *Module, b *pysrc.Block, never []*pysrc.Part) {
	for _, p := range b.Parts {
		if !slices.Contains(never, p) {
			l.follow(m, p)
			continue
		}
		if p.Test != nil {
			l.follow(m, p.Test)
		}
		if len(p.Body) > 0 {
			l.kill(m, p.Body)
		}
	}
}

// leaves notes what of a body is behind an if that always leaves it.
func (l *life) leaves(m *Module, body []pysrc.Stmt) {
	i := slices.IndexFunc(body, func(s pysrc.Stmt) bool {
		b, ok := s.(*pysrc.Block)
		return ok && l.modules.departs(m, b)
	})
	if i < 0 || i+1 == len(body) {
		return
	}
	rest := body[i+1:]
	for _, s := range rest {
		l.behind[s] = true
	}
	l.kill(m, rest)
}

// kill notes that statements which follow each other never run.
func (l *life) kill(m *Module, body []pysrc.Stmt) {
	l.dead[piece{m, &pysrc.Bad{Range: pysrc.Range{Start: body[0].Span().Start, End: body[len(body)-1].Span().End}}}] = true
}

// takesSelf tells whether a function is a method, wherever it stands in its class.
func takesSelf(d *pysrc.Def) bool {
	return len(d.Params) > 0 && (d.Params[0].Name == "self" || d.Params[0].Name == "cls")
}

func (l *life) inner(m *Module, n pysrc.Node) {
	if d, ok := n.(*pysrc.Def); ok {
		l.leaves(m, d.Body)
	}
	for _, child := range pysrc.Children(n) {
		l.follow(m, child)
	}
}

// waits notes a function or a class that runs only where it is named, and tells
// whether it is not named so far.
func (l *life) waits(m *Module, n pysrc.Node, name string, may bool) bool {
	if !may || l.words[name] || strings.HasPrefix(name, "__") {
		return false
	}
	l.waiting[name] = append(l.waiting[name], piece{m, n})
	l.dead[piece{m, n}] = true
	return true
}

func (l *life) name(word string) {
	if !l.words[word] {
		l.words[word] = true
		l.todo = append(l.todo, word)
	}
}

var wordIn = regexp.MustCompile(`[A-Za-z_]\w*`)

func (l *life) text(text string) {
	for _, word := range wordIn.FindAllString(text, -1) {
		l.name(word)
	}
}

// alias notes by which names a file goes on.
func (l *life) alias(names []pysrc.Alias) {
	for _, a := range names {
		if a.As == "" {
			continue
		}
		l.aliases[a.As] = append(l.aliases[a.As], Last(a.Name))
		if l.words[a.As] {
			l.todo = append(l.todo, a.As) // again, with this one
		}
	}
}

// rest is a file without what is dead in it: `pass` stands in its place.
func (l *life) rest(m *Module) *Module {
	text := bytes.Clone(m.File.Src)
	for found := range l.dead {
		if at := found.n.Span(); found.m == m && at.End-at.Start >= len("pass") {
			for i := at.Start; i < at.End; i++ {
				if text[i] != '\n' {
					text[i] = ' '
				}
			}
			copy(text[at.Start:], "pass")
		}
	}
	if bytes.Equal(text, m.File.Src) {
		return m
	}
	other := &Module{Name: m.Name, File: pysrc.Parse(text), Notebook: m.Notebook, Args: m.Args, roots: m.roots, configs: m.configs, known: m.known}
	if len(other.File.Problems) > 0 {
		return m
	}
	other.index()
	return other
}
