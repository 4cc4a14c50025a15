package inspect

import (
	"regexp"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
)

// stored is the name of a file that keeps a model.
var stored = regexp.MustCompile(`[\w-][\w.-]*\.(?:pkl|pickle|joblib|sav|h5|hdf5|keras|pt|pth|ckpt|onnx|bin)\b`)

// used leaves, of files for which as much speaks, the only one that names a model
// which what is no part of them, and does not train, names as well: applications
// load what it saves.
func used(files *project.Project, names []string, trains map[string]bool) ([]string, error) {
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
	loaded := map[string]bool{}
	for _, name := range slices.Concat(files.Ending(".py"), files.Ending(".ipynb")) {
		if parts[name] || trains[name] {
			continue
		}
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		for _, model := range stored.FindAll(m.File.Src, -1) {
			loaded[string(model)] = true
		}
	}
	var found []string
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
