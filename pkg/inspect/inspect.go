package inspect

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Source is a project to read.
type Source struct {
	FS fs.FS // the committed files
	// Classify says how git sees a path within the project: tracked,
	// untracked, ignored, missing.
	Classify func(name string) (string, error)
}

// Hints are what the user has settled.
type Hints struct {
	Entry string
	Data  []string
}

// maxFile is the size beyond which a file is no source that people write.
const maxFile = 2 << 20

// families by the module that owns the fitted model, the strongest first: a
// keras script uses scikit-learn for its split.
var families = []struct{ module, family string }{
	{"keras", "keras"}, {"tensorflow", "keras"}, {"tf_keras", "keras"}, {"torch", "torch"}, {"pytorch_lightning", "torch"}, {"lightning", "torch"},
	{"xgboost", "boosting"}, {"lightgbm", "boosting"}, {"catboost", "boosting"}, {"jax", "jax"}, {"flax", "jax"}, {"sklearn", "sklearn"},
}

// Inspect reads a project. Its error is a fault of reading; what the user has
// to act on is Program.Problem.
func Inspect(src Source, hints Hints) (*Program, error) {
	p := &Program{Schema: Schema, Frameworks: []string{}, Data: []Data{}, Tunables: []Tunable{}, Hazards: []string{}, Files: []string{},
		Requirements: []string{}, Why: []string{}}
	modules, err := load(src.FS)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if problem := chooseEntry(p, modules, hints); problem != "" {
		p.Problem = &problem
		return p, nil
	}
	main := modules[p.Entry]
	program := closure(main, modules)
	for _, m := range program {
		if problem := broken(m); problem != "" {
			p.Problem = &problem
			return p, nil
		}
		p.Files = append(p.Files, m.name)
	}
	sort.Strings(p.Files)
	frameworks(p, program)
	findMetric(p, program)
	if err := findRequirements(p, src.FS, program, modules); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if err := findData(p, src, program, hints.Data); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	for _, m := range program {
		p.Tunables = append(p.Tunables, tunables(m, modules, p.Family)...)
	}
	p.Tunables = unique(shared(p.Tunables, modules))
	p.Resume = map[string]string{"keras": "epoch", "torch": "epoch", "boosting": "round"}[p.Family]
	if p.Resume == "" {
		p.Resume = "trial"
	}
	hazards(p, program)
	return p, nil
}

// load parses all Python files but libraries', side by side.
func load(files fs.FS) (map[string]*module, error) {
	names, err := scripts(files)
	if err != nil {
		return nil, err
	}
	parsed := make([]*module, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			text, err := fs.ReadFile(files, name)
			if err == nil {
				parsed[i] = parse(name, text)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	modules := map[string]*module{}
	for _, m := range parsed {
		modules[m.name] = m
	}
	return modules, nil
}

// scripts lists the Python files that people wrote.
func scripts(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (skipped[d.Name()] || strings.HasPrefix(d.Name(), ".") && name != "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || path.Ext(name) != ".py":
			return nil
		}
		info, err := d.Info()
		if err == nil && info.Size() <= maxFile {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

var skipped = map[string]bool{"venv": true, "env": true, "node_modules": true, "site-packages": true, "__pycache__": true, "build": true, "dist": true}

// broken says where a file cannot be read.
func broken(m *module) string {
	if len(m.file.Problems) == 0 {
		return ""
	}
	first := m.file.Problems[0]
	if line := bytes.TrimSpace(m.file.Src[first.Start-column(m, first.Start):]); bytes.HasPrefix(line, []byte("print ")) {
		return fmt.Sprintf("%s:%d is Python 2; mlhook trains with Python 3: convert it (`2to3 -w %s`) and commit again", m.name, first.Line, m.name)
	}
	return fmt.Sprintf("%s:%d does not parse: %s; mend it and commit again", m.name, first.Line, first.Text)
}

// column is how far an offset is from the begin of its line.
func column(m *module, offset int) int {
	return offset - 1 - bytes.LastIndexByte(m.file.Src[:offset], '\n')
}

// closure returns the entry and the project's files that it imports.
func closure(main *module, modules map[string]*module) []*module {
	have := func(name string) bool { return modules[name] != nil }
	seen := map[string]bool{main.name: true}
	program := []*module{main}
	for i := 0; i < len(program); i++ {
		m := program[i]
		names := slices.Clone(m.stars)
		for _, full := range m.imports {
			names = append(names, full)
		}
		sort.Strings(names)
		for _, full := range names {
			if file, ok := m.local(full, have); ok && !seen[file] {
				seen[file] = true
				program = append(program, modules[file])
			}
		}
	}
	return program
}

// frameworks says which frameworks are imported and which owns the model.
func frameworks(p *Program, program []*module) {
	found := map[string]bool{}
	for _, m := range program {
		for name := range m.roots {
			found[name] = true
		}
	}
	p.Family = "python"
	owned := false
	for _, f := range families {
		if !found[f.module] {
			continue
		}
		p.Frameworks = append(p.Frameworks, f.module)
		makes := owns(f.family, program)
		switch {
		case makes && !owned:
			p.Family, owned = f.family, true
			p.Why = append(p.Why, fmt.Sprintf("family: %s, which makes the model", f.family))
		case p.Family == "python":
			p.Family = f.family
		}
	}
	sort.Strings(p.Frameworks)
	rank := map[string]int{"transformer": 4, "rnn": 3, "cnn": 2, "mlp": 1}
	for _, m := range program {
		for _, c := range m.calls {
			if kind := kinds[m.canonical(c)]; kind != "" && (p.Model == "" || rank[kind] > rank[p.Model]) {
				p.Model = kind
			}
		}
	}
}

// owns tells whether a program makes a model of a framework family.
func owns(family string, program []*module) bool {
	for _, m := range program {
		for _, c := range m.calls {
			name := m.canonical(c)
			switch root(name) {
			case "keras":
				name = strings.TrimPrefix(name, "keras.")
				if family == "keras" && (strings.HasPrefix(name, "layers.") || strings.HasPrefix(name, "applications.") || name == "Sequential" || name == "Model" || name == "models.Model" || name == "models.load_model") {
					return true
				}
			case "torch", "torchvision":
				if family == "torch" && (strings.HasPrefix(name, "torch.nn.") || strings.HasPrefix(name, "torch.optim.") || strings.HasPrefix(name, "torchvision.models.")) {
					return true
				}
			case "xgboost", "lightgbm", "catboost":
				if family == "boosting" {
					return true
				}
			case "sklearn":
				if family == "sklearn" && kinds[name] != "" {
					return true
				}
			}
		}
	}
	return false
}

// findMetric says where the accuracy will come from, the surest source first.
func findMetric(p *Program, program []*module) {
	found := map[string]bool{}
	for _, m := range program {
		for _, c := range m.calls {
			name := m.canonical(c)
			if i := strings.LastIndexByte(name, '.'); i >= 0 && strings.HasPrefix(name, "sklearn.m") {
				found[name[i+1:]] = true
			}
			if a, ok := c.Func.(*pysrc.Attribute); ok {
				found["."+a.Attr] = true
				for _, k := range c.Keywords {
					found["."+a.Attr+" "+k.Arg] = true
				}
			}
		}
	}
	type source struct {
		sign, family string
		metric       Metric
	}
	for _, s := range []source{
		{".evaluate", "keras", Metric{"accuracy", "keras.Model.evaluate", "test"}},
		{"accuracy_score", "", Metric{"accuracy", "sklearn.metrics.accuracy_score", "test"}},
		{"classification_report", "", Metric{"accuracy", "sklearn.metrics.classification_report", "test"}},
		{"confusion_matrix", "", Metric{"accuracy", "sklearn.metrics.confusion_matrix", "test"}},
		{".score", "", Metric{"accuracy", "sklearn.score", "test"}},
		{"cross_val_score", "", Metric{"accuracy", "sklearn.model_selection.cross_val_score", "validation"}},
		{".fit validation_data", "keras", Metric{"accuracy", "keras.Model.fit", "validation"}},
		{".fit validation_split", "keras", Metric{"accuracy", "keras.Model.fit", "validation"}},
		{".fit", "keras", Metric{"accuracy", "keras.Model.fit", "train"}},
	} {
		if found[s.sign] && (s.family == "" || s.family == p.Family) {
			p.Metric = s.metric
			return
		}
	}
	p.Metric = Metric{"accuracy", "stdout", "unknown"}
}

func hazards(p *Program, program []*module) {
	for _, m := range program {
		guarded := bytes.Contains(m.file.Src, []byte("cuda.is_available"))
		for _, c := range m.calls {
			if text := danger(c); text != "" && !(guarded && strings.HasSuffix(m.file.Text(c.Func), ".cuda")) {
				p.Hazards = append(p.Hazards, fmt.Sprintf("%s:%d %s", m.name, m.file.Line(c.Start), text))
			}
		}
	}
}

// danger says what a call may do to a run that nobody watches.
func danger(c *pysrc.Call) string {
	name := dotted(c.Func)
	a, method := c.Func.(*pysrc.Attribute)
	switch {
	case name == "input", name == "getpass.getpass", name == "getpass":
		return "asks for input; stdin is closed while it trains"
	case method && a.Attr == "cuda" && len(c.Args) == 0:
		return "needs a GPU; write .to(\"cuda\" if torch.cuda.is_available() else \"cpu\") to train without one as well"
	case method && (a.Attr == "fit_generator" || a.Attr == "predict_classes" || a.Attr == "evaluate_generator"):
		return "calls " + a.Attr + ", which Keras 3 does not have; use fit, predict or evaluate, or pin tensorflow<2.6"
	case name == "wandb.login", name == "wandb.init":
		return "reports to wandb; set WANDB_MODE=offline in mlhook.env when there is no login"
	}
	return ""
}

// shared drops a width whose constant also serves something that is no width,
// say the number of classes.
func shared(all []Tunable, modules map[string]*module) []Tunable {
	served := map[string]int{}
	at := func(t Tunable) string { return fmt.Sprint(t.File, t.Place) }
	for _, t := range all {
		served[at(t)]++
	}
	return slices.DeleteFunc(all, func(t Tunable) bool {
		strict := t.Role == "width" || t.Role == "filters" || t.Role == "components"
		return strict && t.Owner != "torch.nn.Linear" && modules[t.File].reads(t.Place) > served[at(t)]
	})
}

// reads counts the uses of the constant whose value stands at a place.
func (m *module) reads(place pysrc.Range) int {
	for name, assigns := range m.assigns {
		if len(assigns) == 1 && assigns[0].Value != nil && assigns[0].Value.Span() == place {
			return m.uses[name]
		}
	}
	return 0
}

// unique drops a second tunable at the same place: a constant that two calls use.
func unique(all []Tunable) []Tunable {
	type place struct {
		file string
		at   pysrc.Range
		kind string
	}
	seen := map[place]int{}
	out := []Tunable{}
	for _, t := range all {
		k := place{t.File, t.Place, t.Kind}
		if t.Kind == "inserted" {
			k.kind = t.ID
		}
		if i, ok := seen[k]; ok {
			if out[i].Role != t.Role {
				out[i].Role = "" // used in two roles: left alone
			}
			continue
		}
		seen[k] = len(out)
		out = append(out, t)
	}
	return slices.DeleteFunc(out, func(t Tunable) bool { return t.Role == "" })
}
