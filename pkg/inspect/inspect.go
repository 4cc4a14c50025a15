package inspect

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/space"
)

// A Source is a project to read.
type Source struct {
	FS fs.FS // the committed files
	// Classify says how git sees a path of the working tree that FS lacks, and of
	// a directory what of it FS lacks: untracked, ignored, missing.
	Classify func(name string) (string, error)
	// Touched lists those of some files that the newest commit changed which
	// changed any of them; nil where there is no history.
	Touched func(names []string) ([]string, error)
	// Submodules are directories whose files are another repository's: part of the
	// program, but not to be tuned.
	Submodules []string
	// Absent are directories that are empty, since the user did not get a submodule.
	Absent []string
}

// Hints are what the user has settled.
type Hints struct {
	Entry        string
	Dir          string   // that the entry is started in; empty to find it
	Args         []string // that it is started with
	Metric       string   // that the run is about, the accuracy where empty
	Data         []string
	Requirements string // a file that lists them, or "imports"; empty to find it
}

// Inspect reads a project. Its error is a fault of reading; what the user has
// to act on is Program.Problem.
func Inspect(src Source, hints Hints) (*Program, error) {
	p := &Program{Schema: schema, Frameworks: []string{}, Data: []Data{}, Tunables: []space.Tunable{}, Hazards: []string{}, Files: []string{}, ImportPath: []string{},
		Requirements: []string{}, Modules: []string{}, Needs: []Need{}, Env: map[string]string{}, Preload: []string{}, Why: []string{}}
	files, err := project.New(src.FS, known)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	files.Args = hints.Args
	for _, dir := range src.Submodules {
		files.Disown(dir)
	}
	problem, err := chooseEntry(p, files, src, hints)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if problem != "" {
		p.Problem = &problem
		return p, nil
	}
	program, err := files.Closure(p.Entry)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	t := newTrace(program)
	if err := frameworks(p, t, files); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	for _, m := range program {
		if problem := broken(m); problem != "" {
			p.Problem = &problem
			return p, nil
		}
		p.Files = append(p.Files, m.Name)
	}
	for _, config := range t.modules.Configs(program) {
		p.Files = append(p.Files, config.Name)
	}
	slices.Sort(p.Files)
	p.ImportPath = files.ImportPath(p.Entry, program)
	live, modules := t.modules.Live(program)
	p.Model = modelKind(newTrace(live), p.Family)
	hazards(p, t)
	findMetric(p, t, hints.Metric)
	findNeeds(p, t)
	if err := findRequirements(p, src, files, program, hints.Requirements); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if p.Problem != nil {
		return p, nil
	}
	if err := findData(p, src, t, hints); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	p.Env, p.Preload = environ(program[0]), preload(program)
	p.Tunables = slices.DeleteFunc(space.Find(live, modules, p.Family), func(t space.Tunable) bool {
		return slices.ContainsFunc(src.Submodules, func(dir string) bool { return strings.HasPrefix(t.File, dir+"/") })
	})
	p.Resume = resume(p, t)
	return p, nil
}

// broken says where a file cannot be read.
func broken(m *project.Module) string {
	if len(m.File.Problems) == 0 {
		return ""
	}
	first := m.File.Problems[0]
	if line := bytes.TrimSpace(m.File.Src[first.Start-column(m, first.Start):]); bytes.HasPrefix(line, []byte("print ")) {
		return fmt.Sprintf("%s is Python 2; mlhook trains with Python 3: convert it (`2to3 -w %s`) and commit again", m.Where(first.Start), m.Name)
	}
	return fmt.Sprintf("%s does not parse: %s; mend it and commit again", m.Where(first.Start), first.Text)
}

// column is how far an offset is from the begin of its line.
func column(m *project.Module, offset int) int {
	return offset - 1 - bytes.LastIndexByte(m.File.Src[:offset], '\n')
}

// resume says how far back a crash throws a training: keras replays fit, a torch
// loop of the program itself is rewritten, xgboost and lightgbm go on by rounds; the
// rest begins its trial again: a loop around a GradientTape, trainers, CatBoost.
func resume(p *Program, t *trace) string {
	switch {
	case p.Family == "keras" && calls(t, "fit", "fit_generator"), p.Family == "torch" && calls(t, "backward"):
		return "epoch"
	case p.Family == "boosting" && imports(t, "xgboost", "lightgbm"):
		return "round"
	}
	return "trial"
}

// imports tells whether a program imports one of some modules.
func imports(t *trace, names ...string) bool {
	return slices.ContainsFunc(t.program, func(m *project.Module) bool {
		return slices.ContainsFunc(names, func(name string) bool { return m.Roots[name] })
	})
}

// calls tells whether a program calls one of some methods.
func calls(t *trace, names ...string) bool {
	for _, m := range t.program {
		for _, c := range m.Calls {
			if slices.Contains(names, project.LastName(c.Func)) {
				return true
			}
		}
	}
	return false
}
