package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A candidate is a file that may be the entry, and what speaks for it.
type candidate struct {
	*project.Module
	evidence int
	serves   bool // it is a web application or has a window
}

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
	kept := indexes{}
	for _, name := range slices.Sorted(maps.Keys(above)) {
		m, err := files.Module(name)
		if err != nil {
			return nil, nil, err
		}
		c, err := weigh(files, m, kept)
		if err != nil {
			return nil, nil, err
		}
		if c.evidence > 0 || len(m.File.Problems) > 0 {
			found = append(found, c)
		}
	}
	return found, importers, documented(files, found, importers)
}

// documented adds what speaks for candidates beyond their own source.
func documented(files *project.Project, found []candidate, importers map[string][]string) error {
	if len(found) < 2 {
		return nil
	}
	told, err := named(files)
	trains := map[string]bool{} // and does nothing else
	for _, c := range found {
		trains[c.Name] = c.evidence >= 4
	}
	for i, c := range found {
		if c.evidence == 0 {
			continue
		}
		if c.serves {
			told[c.Name] = min(told[c.Name], aside) // it is run to be used
		}
		found[i].evidence += told[c.Name]
		if !namedForTraining(c.Name) && slices.ContainsFunc(importers[c.Name], func(n string) bool { return trains[n] }) {
			found[i].evidence-- // it is a part of what trains
		}
	}
	return err
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

// weigh counts what in its source speaks for a file to be the training script.
func weigh(files *project.Project, m *project.Module, kept indexes) (candidate, error) {
	c := candidate{Module: m}
	if base := path.Base(m.Name); base == "setup.py" || base == "conftest.py" || base == "__init__.py" {
		return c, nil
	}
	r := newReach(files, kept)
	r.brief = true
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
		n = 4
	case grade == ownTraining && !c.serves:
		n = 2
	case grade != noTraining:
		n = 1 // what else trains comes first
	default:
		if err := r.load(); err != nil {
			return c, err
		}
		if r.grade() == noTraining {
			c.evidence = r.holds(m)
			return c, nil
		}
		n = 1 // as it is imported
	}
	c.evidence = max(2, n+circumstances(files, m))
	return c, nil
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

// holds counts that a file has a function that trains, though nothing calls it.
func (r *reach) holds(m *project.Module) int {
	whole := &reach{files: r.files, indexes: r.indexes}
	for _, c := range m.Calls {
		whole.calls = append(whole.calls, call{m, c})
	}
	if whole.grade() != training {
		return 0
	}
	return 1
}

// servers are packages for programs that never end by themselves.
var servers = set("fastapi flask streamlit gradio dash django uvicorn tkinter customtkinter PyQt5 PyQt6 PySide2 PySide6")

// serves tells whether a program is a web application or has a window.
func (r *reach) serves() bool {
	return slices.ContainsFunc(r.calls, func(at call) bool { return servers[project.Root(at.m.Canonical(at.c))] })
}

// Words in names of scripts that do something beside training: they look for
// parameters, compare, or use what was trained.
var beside = set("ref reference preprocess preprocessing prepare preparation clean cleaning features tune tuning tuner sweep optuna hyperparameter hyperparameters hyperopt hpo gridsearch search benchmark benchmarks compare comparison ablation study " +
	"eda exploration exploratory explore eval evaluate evaluation predict prediction inference infer visualize visualization plot analysis analyze explain saliency cv kfold crossval demo example examples test debug check")

// Words in names of what people put aside.
var putAside = set("old older backup bak copy deprecated obsolete archive archived legacy tmp temp before unused trash minimal emergency orig")

// Words in names of directories of what people try out.
var trial = set("experiment experiments example examples demo demos sandbox playground research scratch tutorial tutorials")

// words are those of the name of a file, without its extension, or of a directory.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("/_-. ()", r) })
}

// title is a file's name without directory and extension.
func title(name string) string { return strings.TrimSuffix(path.Base(name), path.Ext(name)) }

// setAside tells whether a file is a test or lies where people put what they do
// not run any more.
func setAside(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || strings.HasSuffix(base, "-test.py") || slices.ContainsFunc(words(title(name)), func(w string) bool { return putAside[w] }) {
		return true
	}
	return slices.ContainsFunc(words(path.Dir(name)), func(w string) bool { return putAside[w] || w == "tests" || w == "test" })
}

// circumstances count for a file that trains: where it lies, its name.
func circumstances(files *project.Project, m *project.Module) (n int) {
	if setAside(m.Name) || files.Foreign(m.Name) {
		n -= 5
	}
	if slices.ContainsFunc(words(path.Dir(m.Name)), func(w string) bool { return trial[w] }) {
		n--
	}
	if m.Roots["optuna"] || m.Roots["hyperopt"] {
		n--
	}
	in := words(title(m.Name))
	switch {
	case slices.ContainsFunc(in, func(w string) bool { return beside[w] }):
		n -= 2
	case namedForTraining(m.Name), slices.ContainsFunc(in, func(w string) bool { return w == "train" || w == "training" || w == "trainer" }):
		n += 2
	}
	return n
}

// namedForTraining tells whether a file has one of the names that people give to
// what they start, of which there is one: train, main, run_training, train_model.
func namedForTraining(name string) bool {
	in := words(title(name))
	return slices.ContainsFunc(in, func(w string) bool { return starting[w] }) && !slices.ContainsFunc(in, func(w string) bool { return !starting[w] && !plain[w] })
}

// starting are the words for what is started, and plain are those that tell no
// script of a project from another.
var (
	starting = set("train training main run")
	plain    = set("model models script pipeline classifier network net nn all the")
)

// hasMain tells whether a file has `if __name__ == "__main__"`.
func hasMain(m *project.Module) bool { return slices.ContainsFunc(m.File.Body, isMain) }

// isMain tells whether a statement is `if __name__ == "__main__"`.
func isMain(s pysrc.Stmt) bool {
	b, ok := s.(*pysrc.Block)
	if !ok || b.Keyword != "if" || len(b.Parts) == 0 {
		return false
	}
	test, ok := b.Parts[0].Test.(*pysrc.Binary)
	return ok && project.Dotted(test.X) == "__name__"
}
