package inspect

import (
	"fmt"
	"path"
	"slices"
	"sort"
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
	candidates, err := candidates(files)
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
	switch {
	case len(names) == 1:
		p.Entry = names[0]
		p.Why = append(p.Why, "entry: "+p.Entry+", which trains and is imported by nothing")
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

// candidates are the files that may be started to train: no tests, and nothing
// that another file imports. They come in the order of their names.
func candidates(files *project.Project) (found []candidate, err error) {
	var frameworks []string
	for _, f := range families {
		frameworks = append(frameworks, f.module)
	}
	seen, err := files.Glance(frameworks)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range seen {
		if g.Trains && !isTest(g.Name) {
			names = append(names, g.Name)
		}
	}
	roots, below, err := climb(files, names, seen)
	if err != nil {
		return nil, err
	}
	for _, name := range roots {
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		found = append(found, candidate{m, max(evidence(m), calling(m, files, below))})
	}
	return found, nil
}

// climb goes from files that train up to what imports them, tests aside, until
// nothing imports a file: those are the roots. below are all files on the way.
func climb(files *project.Project, names []string, seen []project.Glance) (roots []string, below map[string]bool, err error) {
	below = map[string]bool{}
	first := names
	for len(names) > 0 {
		for _, name := range names {
			below[name] = true
		}
		importers, err := files.Importers(names, seen)
		if err != nil {
			return nil, nil, err
		}
		var next []string
		for _, name := range names {
			above := slices.DeleteFunc(importers[name], isTest)
			if len(above) == 0 {
				roots = append(roots, name)
			}
			for _, n := range above {
				if !below[n] && !slices.Contains(next, n) {
					next = append(next, n)
				}
			}
		}
		names = next
	}
	if len(roots) == 0 {
		roots = first // they import each other
	}
	sort.Strings(roots)
	return roots, below, nil
}

// calling counts what speaks for a file that trains through what it imports: it
// calls a function or class of a file that does, which is named for it.
func calling(m *project.Module, files *project.Project, below map[string]bool) int {
	for _, c := range m.Calls {
		full := m.Canonical(c)
		file, local := m.Local(full, files.Has)
		last := strings.ToLower(full[strings.LastIndexByte(full, '.')+1:])
		if local && below[file] && file != m.Name && (strings.Contains(last, "train") || strings.Contains(last, "fit")) {
			return 4 + circumstances(m)
		}
	}
	return 0
}

// evidence counts what speaks for a file to be the training script.
func evidence(m *project.Module) int {
	n := 0
	for _, c := range m.Calls {
		name := project.Dotted(c.Func)
		last := name[strings.LastIndexByte(name, '.')+1:]
		if a, ok := c.Func.(*pysrc.Attribute); ok {
			last = a.Attr
		}
		switch last {
		case "fit", "fit_generator", "backward", "partial_fit", "apply_gradients", "minimize":
			n = max(n, 4)
		case "train", "cross_val_score":
			if m.Canonical(c) != "" {
				n = max(n, 4)
			}
		}
	}
	trains := false
	for _, f := range families {
		trains = trains || m.Roots[f.module]
	}
	if n == 0 && !(trains && hasMain(m)) {
		return 0
	}
	return n + circumstances(m)
}

// circumstances count for a file that trains: it can be started, its name.
func circumstances(m *project.Module) (n int) {
	if hasMain(m) {
		n++
	}
	switch strings.TrimSuffix(path.Base(m.Name), path.Ext(m.Name)) {
	case "train", "main", "training", "run":
		n += 2
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

func isTest(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || base == "setup.py" || base == "conftest.py" ||
		strings.HasPrefix(name, "tests/") || strings.Contains(name, "/tests/")
}
