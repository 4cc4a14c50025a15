package inspect

import (
	"fmt"
	"path"
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
		switch n := evidence(m); {
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

// candidates are the files that may be started to train: no tests, and nothing
// that another file imports. They come in the order of their names.
func candidates(files *project.Project) (found []*project.Module, err error) {
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
	imported, err := files.Imported(names, seen)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if imported[name] {
			continue
		}
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
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
