package inspect

import (
	"errors"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/requirements"
)

// findRequirements says what has to be installed.
func findRequirements(p *Program, src Source, local *project.Project, program []*project.Module, setting string) error {
	set, err := requirements.Find(src.FS, local, program, setting, requirements.Beside{Absent: src.Absent, Has: func(file string) bool {
		kind, err := src.Classify(file)
		return err == nil && kind != missing
	}})
	var fault *requirements.Fault
	if errors.As(err, &fault) {
		p.Problem = &fault.Text
		return nil
	}
	if err != nil {
		return err
	}
	p.RequirementsFrom = set.From
	p.Requirements = append(p.Requirements, set.Lines...)
	p.Modules = append(p.Modules, set.Modules...)
	p.Why = append(p.Why, set.Why...)
	p.Hazards = append(p.Hazards, set.Hazards...)
	return nil
}

// only are the elements of a list that are to be kept, as a list of their own.
func only[T any](list []T, keep func(T) bool) (kept []T) {
	for _, e := range list {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// set is the words of a text.
func set(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}
