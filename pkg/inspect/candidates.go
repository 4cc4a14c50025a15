package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/space"
)

// A candidate is a file that may be the entry, and what speaks for it: how surely
// it trains, which documents have a command for it, its name and place.
type candidate struct {
	*project.Module
	evidence int
	serves   bool     // it is a web application or has a window
	told     mention  // that a document has a command for it, or a script starts it
	starters []string // scripts that start it as a program
}

// Points for a file that trains, by how sure that is.
const (
	surely = 4 // a call of a framework is reached
	likely = 2 // a function of its own is, or an optimizer
	barely = 1 // as it is imported only, or beside serving
)

// candidates are the files that may be started to train, in the order of their
// names, and which files import those that train.
func candidates(files *project.Project) (found []candidate, importers map[string][]string, err error) {
	var frameworks []string
	for _, f := range families {
		frameworks = append(frameworks, f.module)
	}
	seen, err := files.Glance(frameworks)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, g := range seen {
		if g.Trains {
			names = append(names, g.Name)
		}
	}
	importers, above, err := climb(files, names, seen)
	if err != nil {
		return nil, nil, err
	}
	shared, limit := indexes{}, share(len(above))
	for _, name := range slices.Sorted(maps.Keys(above)) {
		m, err := files.Module(name)
		if err != nil {
			return nil, nil, err
		}
		c, err := weigh(files, m, shared, limit)
		if err != nil {
			return nil, nil, err
		}
		if c.evidence > 0 || len(m.File.Problems) > 0 {
			found = append(found, c)
		}
	}
	return found, importers, documented(files, found, importers, seen)
}

// documented adds what speaks for candidates beyond their own source.
func documented(files *project.Project, found []candidate, importers map[string][]string, seen []project.Glance) error {
	if len(found) < 2 {
		return nil
	}
	told, err := named(files)
	if err != nil {
		return err
	}
	trains := map[string]bool{} // and does nothing else
	var names []string
	for _, c := range found {
		trains[c.Name] = c.evidence >= surely
		names = append(names, c.Name)
	}
	starters, err := startedBy(files, names, seen)
	if err != nil {
		return err
	}
	for i, c := range found {
		if c.evidence == 0 {
			continue
		}
		// What trains by itself may start what helps it.
		by := slices.DeleteFunc(starters[c.Name], func(n string) bool { return trains[n] })
		own := runBy(c.Name, told, by)
		if c.serves {
			own.count = min(own.count, aside) // it is run to be used
		}
		found[i].evidence += own.count
		found[i].told, found[i].starters = own, by
		if !namedForTraining(c.Name) && slices.ContainsFunc(importers[c.Name], func(n string) bool { return trains[n] }) {
			found[i].evidence-- // it is a part of what trains
		}
	}
	return nil
}

// runBy gives a file its points for commands in documents and for scripts that
// start it.
func runBy(name string, told map[string]mention, starters []string) mention {
	most := told[name]
	for _, starter := range starters {
		n := max(aside, told[starter].count)
		if path.Dir(starter) == "." {
			n = first
		}
		most = most.or(mention{count: n, by: starter + " starts", dir: about(starter, name)})
	}
	return most
}

// strongest are the candidates for which most speaks, and those behind them only
// by a command that does not tell these apart.
func strongest(candidates []candidate) (names []string) {
	var best []candidate
	for _, c := range candidates {
		switch {
		case c.evidence == 0 || len(best) > 0 && c.evidence < best[0].evidence:
		case len(best) > 0 && c.evidence == best[0].evidence:
			best = append(best, c)
		default:
			best = []candidate{c}
		}
	}
	for _, c := range candidates {
		if c.evidence > 0 && !slices.ContainsFunc(best, func(b candidate) bool { return b.over(c) > c.evidence }) {
			names = append(names, c.Name)
		}
	}
	return names
}

// over is what speaks for a candidate rather than another. A document in a
// directory says nothing of the files elsewhere, and of several alike one is an
// example.
func (c candidate) over(other candidate) int {
	elsewhere := c.told.dir != "" && !strings.HasPrefix(other.Name, c.told.dir+"/")
	alike := c.told.example && path.Dir(c.Name) == path.Dir(other.Name) && !namedForTraining(c.Name)
	if elsewhere || alike {
		return c.evidence - c.told.count
	}
	return c.evidence
}

// climb goes from files that train up to what imports them until nothing
// imports a file. above are all files on the way.
func climb(files *project.Project, names []string, seen []project.Glance) (importers map[string][]string, above map[string]bool, err error) {
	importers, above = map[string][]string{}, map[string]bool{}
	for len(names) > 0 {
		for _, name := range names {
			above[name] = true
		}
		found, err := files.Importers(names, seen)
		if err != nil {
			return nil, nil, err
		}
		var next []string
		for _, name := range names {
			for _, n := range found[name] {
				importers[name] = append(importers[name], n)
				if !above[n] && !slices.Contains(next, n) {
					next = append(next, n)
				}
			}
		}
		names = next
	}
	return importers, above, nil
}

// share is how many functions of each of n files are followed: together as many as
// of a hundred whole programs, since the source of a framework has thousands of
// files that train.
func share(n int) int { return max(50, most*100/max(100, n)) }

// weigh gives a file points for what in its source makes it the training script.
func weigh(files *project.Project, m *project.Module, shared indexes, limit int) (candidate, error) {
	c := candidate{Module: m}
	if base := path.Base(m.Name); base == "setup.py" || base == "conftest.py" || base == "__init__.py" {
		return c, nil
	}
	r := newReach(files, shared)
	r.brief, r.limit = true, limit
	if !startable(m) {
		c.evidence = r.holds(m)
		return c, nil
	}
	if err := r.start(m); err != nil {
		return c, err
	}
	c.serves = r.serves()
	n := 0
	switch grade := r.grade(); {
	case grade == training && !c.serves:
		n = surely
	case grade == ownTraining && !c.serves:
		n = likely
	case grade != noTraining:
		n = barely
	default:
		if err := r.load(); err != nil {
			return c, err
		}
		if r.grade() == noTraining {
			c.evidence = r.holds(m)
			return c, nil
		}
		n = barely
	}
	c.evidence = max(barely+1, n+circumstances(files, m)) // more than of a file that only holds a training
	return c, nil
}

// small is the number of files up to which each of a project is read that has no
// sign of a framework.
const small = 200

// byHand are the files of a small project that descend a gradient by hand when they
// are started.
func byHand(files *project.Project) (names []string, err error) {
	if files.Len() > small {
		return nil, nil
	}
	for _, name := range slices.Concat(files.Ending(".py"), files.Ending(".ipynb")) {
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		if startable(m) && space.Descends(m) {
			names = append(names, name)
		}
	}
	return names, nil
}

// startable tells whether a file does something when it is started: it calls
// something outside of its functions and classes.
func startable(m *project.Module) (found bool) {
	for _, s := range m.File.Body {
		pysrc.Walk(s, func(n pysrc.Node) bool {
			switch n.(type) {
			case *pysrc.Def, *pysrc.Class:
				return false
			case *pysrc.Call:
				found = true
			}
			return !found
		})
	}
	return found || slices.ContainsFunc(m.Defs, func(d *pysrc.Def) bool { return commands(d) })
}

// holds gives points to a file that is named for training and either has a function
// that trains, though nothing here calls it, or calls something that is named for
// training, though it is not seen to lead to a framework.
func (r *reach) holds(m *project.Module) int {
	whole := &reach{files: r.files, indexes: r.indexes}
	for _, c := range m.Calls {
		whole.calls = append(whole.calls, call{m, c})
	}
	if namesTraining(m.Name) && whole.grade() == training || (namesTraining(m.Name) || namedForTraining(m.Name)) && intends(m) {
		return barely
	}
	return 0
}

// intends tells whether a file that can be started imports a framework and calls
// what is named for training.
func intends(m *project.Module) bool {
	return startable(m) && slices.ContainsFunc(families, func(f owner) bool { return m.Roots[f.module] }) &&
		slices.ContainsFunc(m.Calls, func(c *pysrc.Call) bool { return forTraining(project.LastName(c.Func)) })
}

// servers are packages for programs that never end by themselves.
var servers = set("fastapi flask streamlit gradio dash django uvicorn tkinter customtkinter PyQt5 PyQt6 PySide2 PySide6")

// serves tells whether a program is a web application or has a window.
func (r *reach) serves() bool {
	return slices.ContainsFunc(r.calls, func(at call) bool { return servers[project.Root(at.m.Canonical(at.c))] })
}
