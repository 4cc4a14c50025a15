package inspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// An owner is a module, and the family of the models that it makes.
type owner struct{ module, family string }

// families by the module that owns the fitted model, the strongest first: a
// keras script uses scikit-learn for its split.
var families = []owner{
	{"keras", "keras"}, {"tensorflow", "keras"}, {"tf_keras", "keras"}, {"torch", "torch"}, {"pytorch_lightning", "torch"}, {"lightning", "torch"},
	{"torchvision", "torch"}, {"transformers", "torch"}, {"fastai", "torch"}, {"timm", "torch"},
	{"xgboost", "boosting"}, {"lightgbm", "boosting"}, {"catboost", "boosting"}, {"jax", "jax"}, {"flax", "jax"}, {"optax", "jax"}, {"sklearn", "sklearn"},
}

// frameworks says which frameworks are imported and which owns the model.
func frameworks(p *Program, t *trace, files *project.Project) error {
	r := newReach(files, indexes{})
	if err := r.start(t.program[0]); err != nil {
		return err
	}
	found := map[string]bool{}
	for _, m := range t.program {
		for name := range m.Roots {
			found[name] = true
		}
	}
	p.Family = "python"
	makes := makers(t, r)
	if kept := keeps(t, r); kept == "sklearn" || kept == "" && makes["sklearn"] > makes["boosting"] {
		makes["boosting"] = 0 // one of several classifiers that are compared or stacked
	}
	owned := false
	for _, f := range families {
		if !found[f.module] {
			continue
		}
		p.Frameworks = append(p.Frameworks, f.module)
		switch {
		case makes[f.family] > 0 && !owned:
			p.Family, owned = f.family, true
			p.Why = append(p.Why, fmt.Sprintf("family: %s, which makes the model", f.family))
		case f.module == "sklearn" && !owned && (p.Family == "python" || p.Family == "boosting") && estimates(t):
			p.Family = f.family // which of their models it is is not seen
		case f.module != "sklearn" && p.Family == "python":
			p.Family = f.family
		}
	}
	slices.Sort(p.Frameworks)
	return nil
}

// estimates tells whether a program imports more of scikit-learn than its data
// sets, splits and metrics, which programs of any kind use.
func estimates(t *trace) bool {
	for _, m := range t.program {
		for _, full := range m.Imports {
			rest, ok := strings.CutPrefix(full, "sklearn.")
			if ok && !slices.Contains([]string{"datasets", "metrics", "utils"}, project.Root(rest)) && rest != "model_selection.train_test_split" {
				return true
			}
		}
		if m.Imports["sklearn"] != "" || len(m.Stars) > 0 {
			return true // as in sklearn.svm.SVC
		}
	}
	return false
}

// makers counts where a program makes models of a family, by its calls and the
// bases of its classes: those that may run when it is started, or all where none
// is seen to.
func makers(t *trace, r *reach) map[string]int {
	makes := map[string]int{}
	for _, at := range r.calls {
		if !handles(at.m, at.c) {
			makes[maker(at.m.Canonical(at.c))]++
		}
	}
	for _, at := range r.classes {
		for _, base := range at.c.Bases {
			makes[maker(at.m.Full(base))]++
		}
	}
	if delete(makes, ""); len(makes) > 0 {
		return makes
	}
	t.each(func(m *project.Module, c *pysrc.Call) { makes[maker(m.Canonical(c))]++ })
	for _, m := range t.program {
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			if class, ok := n.(*pysrc.Class); ok {
				for _, base := range class.Bases {
					makes[maker(m.Full(base))]++
				}
			}
			return true
		})
	}
	return makes
}

// keeps is the family of the models that a program writes to files, as far as the
// source tells; empty where that is several or none.
func keeps(t *trace, r *reach) (family string) {
	for _, at := range r.calls {
		name := at.m.Canonical(at.c)
		if !strings.HasSuffix(name, ".dump") || project.Root(name) == "json" || len(at.c.Args) == 0 {
			continue
		}
		switch kept := maker(t.estimator(at.m, at.c.Args[0], farthest)); {
		case kept == "":
		case family != "" && family != kept:
			return ""
		default:
			family = kept
		}
	}
	return family
}

// handles tells whether a call stands where something failed, as one of another
// framework does that takes the place of a missing one.
func handles(m *project.Module, c *pysrc.Call) (found bool) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		part, ok := n.(*pysrc.Part)
		found = found || ok && part.Keyword == "except" && part.Start <= c.Start && c.End <= part.End
		return n.Span().Start <= c.Start && c.End <= n.Span().End
	})
	return found
}

// maker is the family whose model a call or a base class makes.
func maker(canonical string) string {
	switch project.Root(canonical) {
	case "keras":
		name := strings.TrimPrefix(canonical, "keras.")
		if strings.HasPrefix(name, "layers.") || strings.HasPrefix(name, "applications.") || name == "Sequential" || name == "Model" ||
			name == "models.Model" || name == "models.load_model" {
			return "keras"
		}
	case "tensorflow":
		if strings.HasPrefix(canonical, "tensorflow.layers.") || strings.HasSuffix(canonical, "Optimizer") || strings.HasSuffix(canonical, ".GradientTape") {
			return "keras"
		}
	case "torch":
		if strings.HasPrefix(canonical, "torch.nn.") && !strings.HasPrefix(canonical, "torch.nn.functional.") || strings.HasPrefix(canonical, "torch.optim.") {
			return "torch"
		}
	case "torchvision":
		if strings.HasPrefix(canonical, "torchvision.models.") {
			return "torch"
		}
	case "pytorch_lightning", "lightning", "fastai", "timm":
		return "torch"
	case "transformers":
		if KindOf(canonical) != "" || strings.HasSuffix(canonical, "Trainer") {
			if strings.HasPrefix(canonical, "transformers.TF") {
				return "keras"
			}
			return "torch"
		}
	case "xgboost", "lightgbm", "catboost":
		return "boosting"
	case "jax", "flax", "optax":
		return "jax"
	case "sklearn":
		if KindOf(canonical) != "" || strings.HasSuffix(canonical, "Classifier") || strings.HasSuffix(canonical, "Regressor") {
			return "sklearn"
		}
	}
	return ""
}
