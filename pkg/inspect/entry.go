package inspect

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
)

// chooseEntry finds the script that trains, or returns the problem.
func chooseEntry(p *Program, files *project.Project, src Source, hints Hints) (problem string, err error) {
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
	names, damaged, told, starters := strongest(candidates), []string{}, map[string]mention{}, map[string][]string{}
	for _, c := range candidates {
		if len(c.File.Problems) > 0 {
			damaged = append(damaged, c.Name)
		}
		told[c.Name], starters[c.Name] = c.told, c.starters
	}
	if len(candidates) == 0 {
		if names, err = byHand(files); err != nil {
			return "", err
		}
	}
	if names, err = current(files, names); err != nil {
		return "", err
	}
	names = foremost(originals(files, names), importers)
	how := ""
	if len(names) > 1 && !together(names, starters) {
		if names, how, err = tell(files, names, told); err != nil {
			return "", err
		}
	}
	if len(names) > 1 && src.Touched != nil {
		touched, err := src.Touched(names)
		if err != nil {
			return "", err
		}
		if len(touched) == 1 {
			names, how = touched, "is the one of several alike that was changed last"
		}
	}
	switch {
	case len(names) == 1:
		p.Entry = names[0]
		p.Why = append(p.Why, "entry: "+p.Entry+", which trains and "+cmp.Or(how, apart(told[p.Entry].by, importers[p.Entry])))
		return "", nil
	case len(names) > 1:
		return fmt.Sprintf("%s look like the script to train; say which with `git config mlhook.entry %s`, or commit a change of it alone", alike(names), names[0]), nil
	case len(damaged) > 0:
		p.Entry = damaged[0]
		return "", nil // its problem is reported next
	}
	return "no script here trains a model (no fit, train or backward call was found); name it with `git config mlhook.entry FILE`", nil
}

// alike puts the names of several files that look the same into words, at most five.
func alike(names []string) string {
	const most = 5
	n := len(names)
	switch {
	case n == 2:
		return names[0] + " and " + names[1] + " both"
	case n > most:
		return fmt.Sprintf("%s and %d more all", strings.Join(names[:most], ", "), n-most)
	}
	return strings.Join(names[:n-1], ", ") + " and " + names[n-1] + " all"
}

// together tells whether one script starts all of some files: they are parts of
// one thing, and no word says which of them that is.
func together(names []string, starters map[string][]string) bool {
	return slices.ContainsFunc(starters[names[0]], func(by string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(starters[n], by) })
	})
}

// tell leaves, of files alike, the one that can be told from the others, and says
// how: by a command of the README, by its name, since the README names it alone or is
// about it, or by what is done with its model.
func tell(files *project.Project, names []string, told map[string]mention) (left []string, how string, err error) {
	if left = inReadme(names, told); len(left) == 1 {
		return left, told[left[0]].by, nil
	}
	if left = concluding(names); len(left) == 1 {
		return left, "is named for being the final one", nil
	}
	readme, err := files.Readme()
	if err != nil {
		return nil, "", err
	}
	if left = mentioned(names, string(readme)); len(left) == 1 && !told[left[0]].example {
		return left, "is the one that the README names", nil
	}
	if left = subject(names, readme); len(left) == 1 {
		return left, "is named for what the README begins with", nil
	}
	left, err = used(files, names)
	return left, "saves the model that an application loads", err
}

// inReadme leaves the files that the README has a command for.
func inReadme(names []string, told map[string]mention) []string {
	return only(names, func(n string) bool { return told[n].readme })
}

// apart says what tells the entry from other files that train.
func apart(told string, importers []string) string {
	switch {
	case told != "":
		return told
	case slices.ContainsFunc(importers, func(n string) bool { return !setAside(n) }):
		return "starts by itself"
	}
	return "is imported by nothing"
}

// current leaves, of some files, those that import nothing that the project has
// no more: the others are of before, and fail.
func current(files *project.Project, names []string) (left []string, err error) {
	for _, n := range names {
		m, err := files.Module(n)
		if err != nil {
			return nil, err
		}
		if !files.Lost(m) {
			left = append(left, n)
		}
	}
	if len(left) == 0 {
		return names, nil
	}
	return left, nil
}

// originals leaves, of files with the same name and text, that nearest to the top:
// what people hand in is a copy of what they work on.
func originals(files *project.Project, names []string) []string {
	text := func(name string) string {
		m, err := files.Module(name)
		if err != nil {
			return name // that is no copy
		}
		return string(m.File.Src)
	}
	return only(names, func(n string) bool {
		return !slices.ContainsFunc(names, func(of string) bool {
			return path.Base(of) == path.Base(n) && strings.Count(of, "/") < strings.Count(n, "/") && text(of) == text(n)
		})
	})
}

// foremost leaves, of files for which as much speaks, those that start others of
// them and are no variation of one, of these the scripts, and of these the one in
// the top directory, or else the last of a row, or the one that is only named for
// training.
func foremost(names []string, importers map[string][]string) []string {
	left := names
	for _, name := range names {
		for _, starter := range above(name, importers) {
			if starter == name || !slices.Contains(names, starter) {
				continue
			}
			behind := name
			if namedForTraining(name) && !namedForTraining(starter) {
				behind = starter // a variation on what it imports: train_many on train
			}
			left = only(left, func(n string) bool { return n != behind })
		}
	}
	if len(left) == 0 {
		left = names // they import each other
	}
	left = only(left, func(n string) bool {
		return !slices.ContainsFunc(names, func(of string) bool { return varies(n, of) })
	})
	if scripts := only(left, func(n string) bool { return !project.IsNotebook(n) }); len(scripts) > 0 {
		left = scripts // notebooks that train as well explore what the script does
	}
	if top := only(left, func(n string) bool { return path.Dir(n) == "." }); len(top) == 1 {
		return top
	}
	last := only(left, func(n string) bool {
		return !slices.ContainsFunc(left, func(of string) bool { return precedes(n, of) })
	})
	if len(last) == 1 {
		return last
	}
	bare := only(left, namedForTraining)
	if len(bare) == 1 && !slices.ContainsFunc(left, func(n string) bool { return path.Dir(n) != path.Dir(bare[0]) }) {
		return bare // train, beside train_twice; train_model, beside train_svm
	}
	return left
}

// above lists what imports a file, and what imports that, and so on.
func above(name string, importers map[string][]string) []string {
	found := slices.Clone(importers[name])
	for i := 0; i < len(found); i++ {
		for _, n := range importers[found[i]] {
			if !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	return found
}
