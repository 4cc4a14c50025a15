package inspect

import (
	"maps"
	"regexp"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
)

// stored is the name of a file that keeps a model.
var stored = regexp.MustCompile(`[\w-][\w.-]*\.(?:pkl|pickle|joblib|sav|h5|hdf5|keras|pt|pth|ckpt|onnx|bin)\b`)

// used leaves, of files for which as much speaks, the only one that names a model
// which an application that is no part of them names as well: it loads what that
// saves.
func used(files *project.Project, names []string) (found []string, err error) {
	if files.Len() > small {
		return names, nil
	}
	parts := map[string]bool{}
	for _, name := range names {
		program, err := files.Closure(name)
		if err != nil {
			return nil, err
		}
		for _, m := range program {
			parts[m.Name] = true
		}
	}
	loaded, err := loadedBeside(files, parts)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(stored.FindAll(m.File.Src, -1), func(model []byte) bool { return loaded[string(model)] }) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return names, nil
	}
	return found, nil
}

// loadedBeside are the models that the applications of a project name, but for
// those that are parts of something.
func loadedBeside(files *project.Project, parts map[string]bool) (map[string]bool, error) {
	loaded := map[string]bool{}
	for _, name := range files.Ending(".py") {
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		if parts[name] || !slices.ContainsFunc(slices.Collect(maps.Keys(m.Roots)), func(root string) bool { return servers[root] }) {
			continue
		}
		for _, model := range stored.FindAll(m.File.Src, -1) {
			loaded[string(model)] = true
		}
	}
	return loaded, nil
}
