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
		n, err := weigh(files, m, kept)
		if err != nil {
			return nil, nil, err
		}
		if n > 0 || len(m.File.Problems) > 0 {
			found = append(found, candidate{m, n})
		}
	}
	return found, importers, documented(files, found, importers)
}

// documented adds what speaks for candidates beyond their own source.
func documented(files *project.Project, found []candidate, importers map[string][]string) error {
	if len(found) < 2 {
		return nil
	}
	var names []string
	for _, c := range found {
		names = append(names, c.Name)
	}
	told, err := named(files, names)
	for i, c := range found {
		if c.evidence == 0 {
			continue
		}
		if n := told[c.Name]; n > 0 {
			found[i].evidence += 1 + n
		}
		if hasMain(c.Module) && slices.ContainsFunc(importers[c.Name], func(n string) bool { return !setAside(n) }) {
			found[i].evidence-- // that it can be started tells little
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
func weigh(files *project.Project, m *project.Module, kept indexes) (int, error) {
	if base := path.Base(m.Name); base == "setup.py" || base == "conftest.py" {
		return 0, nil
	}
	r := newReach(files, kept)
	if err := r.start(m); err != nil {
		return 0, err
	}
	n := 0
	switch r.grade() {
	case training:
		n = 4
	case ownTraining:
		n = 2
	default:
		if err := r.load(); err != nil {
			return 0, err
		}
		if r.grade() == noTraining && !holds(r, m) {
			return 0, nil
		}
		n = 1 // as it is imported, or where nothing is seen to call it
	}
	if serves(m) {
		return 1, nil // what else trains comes first
	}
	return max(1, n+circumstances(m)+r.keeps()), nil
}

// holds tells whether a file that can be started has a function that trains, or
// imports one, though nothing is seen to call it.
func holds(r *reach, m *project.Module) bool {
	return hasMain(m) && slices.ContainsFunc(m.Calls, func(c *pysrc.Call) bool { return fits(m, c) || lastName(c.Func) == "backward" })
}

// keeps counts that what was trained is kept.
func (r *reach) keeps() int {
	for _, at := range r.calls {
		switch lastName(at.c.Func) {
		case "save", "save_model", "save_weights", "save_pretrained", "dump", "log_model", "export", "ModelCheckpoint":
			return 1
		}
	}
	return 0
}

// serves tells whether a file is a web application, which never ends.
func serves(m *project.Module) bool {
	return slices.ContainsFunc([]string{"fastapi", "flask", "streamlit", "gradio", "dash", "django", "uvicorn", "tkinter", "customtkinter", "PyQt5", "PyQt6", "PySide6"}, func(root string) bool { return m.Roots[root] })
}

// Words in names of scripts that do something beside training: they look for
// parameters, compare, or use what was trained.
var beside = set("tune tuning tuner sweep optuna hyperparameter hyperparameters hyperopt hpo gridsearch search benchmark benchmarks compare comparison ablation study " +
	"eval evaluate evaluation predict prediction inference infer visualize visualization plot analysis analyze explain saliency cv kfold crossval demo example examples test debug check")

// Words in names of what people put aside.
var putAside = set("old older backup bak copy deprecated obsolete archive archived legacy tmp temp before unused trash minimal emergency orig")

// words are those of a file's name.
func words(name string) []string {
	name = strings.TrimSuffix(path.Base(name), path.Ext(name))
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("_-. ()", r) })
}

// setAside tells whether a file is a test or lies where people put what they do
// not run any more.
func setAside(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || strings.HasSuffix(base, "-test.py") || slices.ContainsFunc(words(name), func(w string) bool { return putAside[w] }) {
		return true
	}
	return slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(name)), "/"), func(dir string) bool {
		return putAside[dir] || dir == "tests" || dir == "test"
	})
}

// circumstances count for a file that trains: it can be started, its name.
func circumstances(m *project.Module) (n int) {
	if hasMain(m) {
		n++
	}
	if setAside(m.Name) {
		n -= 4
	}
	name := strings.TrimSuffix(path.Base(m.Name), path.Ext(m.Name))
	in := words(m.Name)
	switch {
	case slices.Contains([]string{"train", "main", "training", "run"}, strings.ToLower(name)):
		n += 2
	case slices.Contains(in, "train"), slices.Contains(in, "training"), slices.Contains(in, "trainer"):
		n++
	}
	if slices.ContainsFunc(in, func(w string) bool { return beside[w] }) || m.Roots["optuna"] || m.Roots["hyperopt"] {
		n -= 2
	}
	return n
}

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
