package inspect

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// chooseEntry finds the script that trains, or returns the problem.
func chooseEntry(p *Program, files *project.Project, hints Hints) (problem string, err error) {
	if hints.Entry != "" {
		hints.Entry = path.Clean(hints.Entry)
		if !files.Has(hints.Entry) {
			return fmt.Sprintf("the entry script %s is not in the commit; set another with `git config mlhook.entry FILE`", hints.Entry), nil
		}
		p.Entry = hints.Entry
		p.Why = append(p.Why, "entry: "+hints.Entry+", as set")
		return "", nil
	}
	if files.Len() == 0 {
		return "there is no Python file in this commit; mlhook trains Python scripts and notebooks", nil
	}
	candidates, importers, err := candidates(files)
	if err != nil {
		return "", err
	}
	best, names, damaged := 0, []string{}, []string{}
	for _, m := range candidates {
		if len(m.File.Problems) > 0 {
			damaged = append(damaged, m.Name)
		}
		switch n := m.evidence; {
		case n > best:
			best, names = n, []string{m.Name}
		case n == best && n > 0:
			names = append(names, m.Name)
		}
	}
	names = foremost(names, importers)
	switch {
	case len(names) == 1:
		p.Entry = names[0]
		apart := "is imported by nothing"
		if importers[p.Entry] != nil {
			apart = "starts by itself"
		}
		p.Why = append(p.Why, "entry: "+p.Entry+", which trains and "+apart)
		return "", nil
	case len(names) > 1:
		return fmt.Sprintf("%s all look like the script to train; say which with `git config mlhook.entry %s`", strings.Join(names, " and "), names[0]), nil
	case len(damaged) > 0:
		p.Entry = damaged[0]
		return "", nil // its problem is reported next
	}
	return "no script here trains a model (no fit, train or backward call was found); name it with `git config mlhook.entry FILE`", nil
}

// A candidate is a file that may be the entry, and what speaks for it.
type candidate struct {
	*project.Module
	evidence int
}

// candidates are the files that may be started to train: no tests, and what
// nothing imports or what starts by itself, in the order of their names, and
// which files, tests aside, import those that train.
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
	starts := map[string]bool{}
	for _, g := range seen {
		starts[g.Name] = g.Starts
		if g.Trains && !aside(g.Name) {
			names = append(names, g.Name)
		}
	}
	importers, below, err := climb(files, names, seen)
	if err != nil {
		return nil, nil, err
	}
	cyclic := !slices.ContainsFunc(slices.Collect(maps.Keys(below)), func(name string) bool { return importers[name] == nil })
	for _, name := range slices.Sorted(maps.Keys(below)) {
		imported := importers[name] != nil && !(cyclic && slices.Contains(names, name))
		if imported && !starts[name] {
			continue
		}
		m, err := files.Module(name)
		if err != nil {
			return nil, nil, err
		}
		n := evidence(m, files, below)
		if imported && n > 0 && hasMain(m) {
			n-- // that it starts made it a candidate
		}
		found = append(found, candidate{m, n})
	}
	return found, importers, nil
}

// climb goes from files that train up to what imports them, tests aside, until
// nothing imports a file. below are all files on the way.
func climb(files *project.Project, names []string, seen []project.Glance) (importers map[string][]string, below map[string]bool, err error) {
	importers, below = map[string][]string{}, map[string]bool{}
	for len(names) > 0 {
		for _, name := range names {
			below[name] = true
		}
		found, err := files.Importers(names, seen)
		if err != nil {
			return nil, nil, err
		}
		var next []string
		for _, name := range names {
			for _, n := range slices.DeleteFunc(found[name], aside) {
				importers[name] = append(importers[name], n)
				if !below[n] && !slices.Contains(next, n) {
					next = append(next, n)
				}
			}
		}
		names = next
	}
	return importers, below, nil
}

// foremost leaves, of files for which as much speaks, those that no other of
// them imports, of these the scripts, and of these the one in the top directory.
func foremost(names []string, importers map[string][]string) []string {
	left := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		above, seen := []string{name}, map[string]bool{name: true}
		for i := 0; i < len(above); i++ {
			for _, n := range importers[above[i]] {
				if slices.Contains(names, n) && n != name {
					return true
				}
				if !seen[n] {
					seen[n] = true
					above = append(above, n)
				}
			}
		}
		return false
	})
	if len(left) == 0 {
		left = names // they import each other
	}
	if scripts := slices.DeleteFunc(slices.Clone(left), project.IsNotebook); len(scripts) > 0 {
		left = scripts // notebooks that train as well explore what the script does
	}
	if top := slices.DeleteFunc(slices.Clone(left), func(name string) bool { return strings.Contains(name, "/") }); len(top) == 1 {
		return top
	}
	return left
}

// evidence counts what speaks for a file to be the training script.
func evidence(m *project.Module, files *project.Project, below map[string]bool) int {
	n := 0
	if slices.ContainsFunc(m.Calls, func(c *pysrc.Call) bool { return fits(m, c) || passesOn(m, c, files, below) }) {
		n = 4
	}
	trains := false
	for _, f := range families {
		trains = trains || m.Roots[f.module]
	}
	if n == 0 && !(trains && hasMain(m)) {
		return 0
	}
	if serves(m) {
		return 1 // what else trains comes first
	}
	return n + circumstances(m)
}

// serves tells whether a file is a web application, which never ends.
func serves(m *project.Module) bool {
	return slices.ContainsFunc([]string{"fastapi", "flask", "streamlit", "gradio", "dash", "django", "uvicorn"}, func(root string) bool { return m.Roots[root] })
}

// fits tells whether a call trains by a framework. What scales or encodes data
// is fitted too, and trains nothing.
func fits(m *project.Module, c *pysrc.Call) bool {
	switch lastName(c.Func) {
	case "fit", "partial_fit":
		maker := madeBy(m, c)
		return !slices.ContainsFunc(transformers, func(module string) bool { return strings.HasPrefix(maker, module) })
	case "fit_generator", "backward", "apply_gradients", "minimize":
		return true
	case "train", "cross_val_score", "cross_validate":
		return m.Canonical(c) != "" || strings.HasSuffix(madeBy(m, c), "Trainer")
	}
	return false
}

// transformers are the modules of scikit-learn that transform data.
var transformers = []string{"sklearn.preprocessing.", "sklearn.impute.", "sklearn.feature_extraction.", "sklearn.decomposition.", "sklearn.compose."}

// madeBy is the class or function whose result the object of a method call is:
// transformers.Trainer for trainer.train() after trainer = Trainer(...).
func madeBy(m *project.Module, c *pysrc.Call) string {
	a, ok := c.Func.(*pysrc.Attribute)
	if !ok {
		return ""
	}
	made := m.Assigns[project.Dotted(a.Value)]
	if len(made) != 1 {
		return ""
	}
	by, ok := made[0].Value.(*pysrc.Call)
	if !ok {
		return ""
	}
	if full := m.Canonical(by); full != "" {
		return full
	}
	return lastName(by.Func)
}

// passesOn tells whether a call is of a function or class named for training
// that a file which trains has, or of such a method of an object in a file that
// imports one. PyTorch's model.train() sets a mode.
func passesOn(m *project.Module, c *pysrc.Call, files *project.Project, below map[string]bool) bool {
	if !forTraining(lastName(c.Func)) {
		return false
	}
	full := m.Canonical(c)
	if file, local := m.Local(full, files.Has); local {
		return below[file] && file != m.Name
	}
	_, method := c.Func.(*pysrc.Attribute)
	return method && full == "" && !m.Roots["torch"] && reaches(m, files, below)
}

// forTraining tells whether a function or class is named for training; what is
// named train_test_split, load_train_data or fit_transform is for the data.
func forTraining(name string) bool {
	name = strings.ToLower(name)
	for _, data := range []string{"split", "load", "data", "transform"} {
		if strings.Contains(name, data) {
			return false
		}
	}
	return strings.Contains(name, "train") || strings.Contains(name, "fit")
}

// reaches tells whether a file imports one that trains.
func reaches(m *project.Module, files *project.Project, below map[string]bool) bool {
	for _, full := range m.Imports {
		if file, ok := m.Local(full, files.Has); ok && below[file] && file != m.Name {
			return true
		}
	}
	return false
}

// circumstances count for a file that trains: it can be started, its name.
func circumstances(m *project.Module) (n int) {
	if hasMain(m) {
		n++
	}
	name := strings.TrimSuffix(path.Base(m.Name), path.Ext(m.Name))
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	switch {
	case slices.Contains([]string{"train", "main", "training", "run"}, name):
		n += 2
	case slices.Contains(words, "train"), slices.Contains(words, "training"):
		n++
	}
	return n
}

// hasMain tells whether a file has `if __name__ == "__main__"`.
func hasMain(m *project.Module) bool {
	for _, s := range m.File.Body {
		if b, ok := s.(*pysrc.Block); ok && b.Keyword == "if" && len(b.Parts) > 0 {
			if test, ok := b.Parts[0].Test.(*pysrc.Binary); ok {
				if name, ok := test.X.(*pysrc.Name); ok && name.ID == "__name__" {
					return true
				}
			}
		}
	}
	return false
}

// aside tells whether a file is a test or lies where people put what they do
// not run any more.
func aside(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || strings.HasSuffix(base, "-test.py") || base == "setup.py" || base == "conftest.py" {
		return true
	}
	return slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(name)), "/"), func(dir string) bool {
		return slices.Contains([]string{"tests", "deprecated", "obsolete", "archive", "archived", "backup", "old"}, dir)
	})
}
