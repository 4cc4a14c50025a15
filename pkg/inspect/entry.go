package inspect

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// chooseEntry finds the script that trains, or returns the problem.
func chooseEntry(p *Program, modules project.Modules, hints Hints) string {
	if hints.Entry != "" {
		hints.Entry = path.Clean(hints.Entry)
		if modules[hints.Entry] == nil {
			return fmt.Sprintf("the entry script %s is not in the commit; set another with `git config mlhook.entry FILE`", hints.Entry)
		}
		p.Entry = hints.Entry
		p.Why = append(p.Why, "entry: "+hints.Entry+", as set")
		return ""
	}
	if len(modules) == 0 {
		return "there is no Python file in this commit; mlhook trains Python scripts"
	}
	imported := modules.Imported()
	best, names := 0, []string{}
	var damaged []string
	for name, m := range modules {
		if isTest(name) || imported[name] {
			continue
		}
		n := evidence(m)
		if len(m.File.Problems) > 0 {
			damaged = append(damaged, name)
		}
		switch {
		case n > best:
			best, names = n, []string{name}
		case n == best && n > 0:
			names = append(names, name)
		}
	}
	sort.Strings(names)
	sort.Strings(damaged)
	switch {
	case len(names) == 1:
		p.Entry = names[0]
		p.Why = append(p.Why, "entry: "+p.Entry+", which trains and is imported by nothing")
		return ""
	case len(names) > 1:
		return fmt.Sprintf("%s all look like the script to train; say which with `git config mlhook.entry %s`", strings.Join(names, " and "), names[0])
	case len(damaged) > 0:
		p.Entry = damaged[0]
		return "" // its problem is reported next
	}
	return "no script here trains a model (no fit, train or backward call was found); name it with `git config mlhook.entry FILE`"
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
		case "fit", "fit_generator", "backward", "partial_fit":
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
	switch strings.TrimSuffix(path.Base(m.Name), ".py") {
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
