package requirements

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A module is a top-level module of somebody else that a program imports.
type module struct {
	name  string
	where string // the first import, for a person
	// optional says that every import of it is within a try that goes on without.
	optional bool
	// beside is the file that it is of the working tree, which the commit lacks.
	beside string
}

// imports lists what a program imports that is neither its own, as committed, nor
// Python's.
func imports(program []*project.Module, local *project.Project, outside Beside) (list []module) {
	at := map[string]int{}
	for _, m := range program {
		guarded := guards(m)
		note := func(dotted string, start int) {
			name := topLevel(dotted)
			if _, isFile := m.Local(dotted, local.Has); isFile || name == "" || Standard(name) || packages[name] == nil && local.Somewhere(name) {
				return
			}
			optional := within(guarded, start)
			if i, seen := at[name]; seen {
				list[i].optional = list[i].optional && optional
				return
			}
			at[name] = len(list)
			beside, _ := m.Local(dotted, outside.Has)
			list = append(list, module{name, m.Where(start), optional, beside})
		}
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Import:
				for _, a := range n.Names {
					note(a.Name, n.Start)
				}
			case *pysrc.ImportFrom:
				if n.Level == 0 {
					note(n.Module+"."+n.Names[0].Name, n.Start)
				}
			}
			return true
		})
	}
	if i, ok := at["keras"]; ok { // which imports what computes for it
		backend := program[0].Environ()["KERAS_BACKEND"]
		if _, too := at[backend]; !too && (backend == "torch" || backend == "jax") {
			list = append(list, module{name: backend, where: list[i].where})
		}
	}
	slices.SortFunc(list, func(a, b module) int { return strings.Compare(a.name, b.name) })
	return list
}

// guards are the parts of try statements that catch a failed import, and the
// handlers, which import something else.
func guards(m *project.Module) (list []pysrc.Range) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		b, ok := n.(*pysrc.Block)
		if ok && b.Keyword == "try" && slices.ContainsFunc(b.Parts, func(p *pysrc.Part) bool {
			text := ""
			if p.Test != nil {
				text = m.File.Text(p.Test)
			}
			return p.Keyword == "except" && (text == "" || strings.Contains(text, "ImportError") || strings.Contains(text, "ModuleNotFoundError") ||
				strings.Contains(text, "Exception"))
		}) {
			list = append(list, b.Range)
		}
		return true
	})
	return list
}

// within tells whether a place is in one of some ranges.
func within(ranges []pysrc.Range, at int) bool {
	return slices.ContainsFunc(ranges, func(r pysrc.Range) bool { return r.Start <= at && at < r.End })
}

// topLevel is the module that a package brings: the first name, below a
// namespace that many share the second as well. Private modules are Python's.
func topLevel(dotted string) string {
	first, rest, _ := strings.Cut(dotted, ".")
	switch {
	case strings.HasPrefix(first, "_"):
		return ""
	case first == "google":
		return "google." + project.Root(rest)
	}
	return first
}

// complete adds what is imported, or needed by a call, and not listed, as one would by hand: by the
// line of an optional group that brings it, else by the name of its package.
// Where a file lists requirements, only packages that are known to bring the
// module are added, since a file may bring it in other ways.
func (s *Set) complete(imported, needed []module, optional, absent []string) {
	listed := s.From != Imports
	has := map[string]bool{}
	for _, line := range s.Lines {
		for _, name := range Modules(Name(line)) {
			has[name] = true
		}
		bring(Name(line), has)
	}
	for _, m := range imported {
		if where, only := elsewhereOnly[m.name]; only {
			s.Hazards = append(s.Hazards, fmt.Sprintf("%s imports %s, which exists on %s only: remove that line", m.where, m.name, where))
			continue
		}
		if m.beside != "" {
			s.Hazards = append(s.Hazards, fmt.Sprintf("%s imports %s, which is %s in your working tree and not in the commit: `git add %[3]s` and commit again", m.where, m.name, m.beside))
			continue
		}
		if !has[m.name] && m.optional && (listed || packages[m.name] == nil) {
			continue
		}
		if has[m.name] {
			s.require(m)
			continue
		}
		line := offered(m.name, optional)
		switch {
		case line != "":
		case packages[m.name] != nil:
			line = packages[m.name][0]
		case listed:
			s.Hazards = append(s.Hazards, fmt.Sprintf("%s imports %s, which %s does not list: add the package that brings it, unless another one does", m.where, m.name, s.From))
			continue
		case len(absent) > 0:
			s.Hazards = append(s.Hazards, fmt.Sprintf("%s imports %s, which may be in %s, a submodule that is not checked out: `git submodule update --init`", m.where, m.name, strings.Join(absent, " or ")))
			continue
		default:
			line = strings.ReplaceAll(m.name, "google.", "google-")
		}
		if listed {
			s.Why = append(s.Why, fmt.Sprintf("requirements: %s is added, which %s imports and %s does not list", line, m.where, s.From))
		}
		s.Lines = append(s.Lines, line)
		s.require(m)
		for _, name := range Modules(Name(line)) {
			has[name] = true
		}
		if listed {
			bring(Name(line), has)
		}
	}
	s.imply(needed, has)
	if has["keras"] && !has["tensorflow"] && !has["torch"] && !has["jax"] {
		s.Lines = append(s.Lines, "tensorflow") // keras computes nothing on its own
	}
	if !listed {
		slices.Sort(s.Lines)
	}
}

// require notes a module that the environment has to have.
func (s *Set) require(m module) {
	if !m.optional {
		s.Modules = append(s.Modules, m.name)
	}
}

// offered is the line of an optional group that brings a module.
func offered(name string, optional []string) string {
	for _, line := range optional {
		if slices.Contains(Modules(Name(line)), name) && !isLocal(line) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// bring notes the modules that come with a package.
func bring(project string, has map[string]bool) {
	for _, name := range brought[project] {
		if !has[name] {
			has[name] = true
			if by := packages[name]; by != nil {
				bring(by[0], has)
			}
		}
	}
}

// Modules are the top-level modules that a project brings, in normal form as
// Name gives it; for one that is not in the table that of its own name.
func Modules(project string) []string {
	if known := provided[project]; known != nil {
		return known
	}
	if project == "" {
		return nil
	}
	return []string{strings.ReplaceAll(project, "-", "_")}
}
