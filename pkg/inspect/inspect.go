package inspect

import (
	"bytes"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/space"
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

// families by the module that owns the fitted model, the strongest first: a
// keras script uses scikit-learn for its split.
var families = []struct{ module, family string }{
	{"keras", "keras"}, {"tensorflow", "keras"}, {"tf_keras", "keras"}, {"torch", "torch"}, {"pytorch_lightning", "torch"}, {"lightning", "torch"},
	{"xgboost", "boosting"}, {"lightgbm", "boosting"}, {"catboost", "boosting"}, {"jax", "jax"}, {"flax", "jax"}, {"sklearn", "sklearn"},
}

// Inspect reads a project. Its error is a fault of reading; what the user has
// to act on is Program.Problem.
func Inspect(src Source, hints Hints) (*Program, error) {
	p := &Program{Schema: Schema, Frameworks: []string{}, Data: []Data{}, Tunables: []space.Tunable{}, Hazards: []string{}, Files: []string{},
		Requirements: []string{}, Why: []string{}}
	files, err := project.New(src.FS, known)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	problem, err := chooseEntry(p, files, hints)
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
	modules := project.Modules{}
	for _, m := range program {
		modules[m.Name] = m
		if problem := broken(m); problem != "" {
			p.Problem = &problem
			return p, nil
		}
		p.Files = append(p.Files, m.Name)
	}
	sort.Strings(p.Files)
	frameworks(p, program)
	findMetric(p, program)
	if err := findRequirements(p, src.FS, program, files); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if err := findData(p, src, program, hints.Data); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	p.Tunables = space.Find(program, modules, p.Family)
	p.Resume = map[string]string{"keras": "epoch", "torch": "epoch", "boosting": "round"}[p.Family]
	if p.Resume == "" {
		p.Resume = "trial"
	}
	hazards(p, program)
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

// frameworks says which frameworks are imported and which owns the model.
func frameworks(p *Program, program []*project.Module) {
	found := map[string]bool{}
	for _, m := range program {
		for name := range m.Roots {
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
		for _, c := range m.Calls {
			if kind := kinds[m.Canonical(c)]; kind != "" && (p.Model == "" || rank[kind] > rank[p.Model]) {
				p.Model = kind
			}
		}
	}
}

// owns tells whether a program makes a model of a framework family.
func owns(family string, program []*project.Module) bool {
	for _, m := range program {
		for _, c := range m.Calls {
			name := m.Canonical(c)
			switch project.Root(name) {
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
func findMetric(p *Program, program []*project.Module) {
	found := map[string]bool{}
	for _, m := range program {
		for _, c := range m.Calls {
			name := m.Canonical(c)
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

func hazards(p *Program, program []*project.Module) {
	for _, m := range program {
		guarded := bytes.Contains(m.File.Src, []byte("cuda.is_available"))
		for _, c := range m.Calls {
			if text := danger(c); text != "" && !(guarded && strings.HasSuffix(m.File.Text(c.Func), ".cuda")) {
				p.Hazards = append(p.Hazards, m.Where(c.Start)+" "+text)
			}
		}
	}
}

// danger says what a call may do to a run that nobody watches.
func danger(c *pysrc.Call) string {
	name := project.Dotted(c.Func)
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
