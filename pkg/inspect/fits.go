package inspect

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Grades of training, by what speaks for it.
const (
	noTraining  = iota
	ownTraining // a function of the project that is named for it, as a network written by hand has, or an optimizer
	training    // a call of a framework
)

// grades is what the calls that were looked at speak for.
type grades struct {
	looked         int // at calls
	found          int
	gradient, step bool
}

// grade tells how a program trains by the calls that it may run. A gradient alone
// is no training: it may be there to see what the network looks at.
func (r *reach) grade() int {
	for ; r.looked < len(r.calls) && r.found < training; r.looked++ {
		at := r.calls[r.looked]
		switch name := project.LastName(at.c.Func); {
		case name == "backward":
			r.gradient = true
		case name == "step":
			r.step = true
		case r.fits(at.m, at.c):
			r.found = training
			if r.owns(at.m, at.c) {
				r.found = ownTraining
			}
		case r.found == noTraining && (forTraining(name) && r.owns(at.m, at.c) || optimizes(at.m.Canonical(at.c)) || begins(at.m.Canonical(at.c))):
			r.found = ownTraining
		}
		if r.gradient && r.step {
			r.found = training
		}
	}
	return r.found
}

// optimizes tells whether a call makes an optimizer, which a trainer is handed.
func optimizes(canonical string) bool {
	return strings.HasPrefix(canonical, "torch.optim.") || strings.HasPrefix(canonical, "keras.optimizers.") || project.Root(canonical) == "optax"
}

// begins tells whether a call is of an imported function that is named for what it
// starts: train, train_detector, start_training.
func begins(canonical string) bool {
	at := strings.LastIndexByte(canonical, '.')
	in := strings.Split(canonical[at+1:], "_")
	return at > 0 && forTraining(canonical[at+1:]) && (in[0] == "train" || in[len(in)-1] == "training") &&
		!strings.ContainsFunc(canonical, unicode.IsUpper) // no method
}

// owns tells whether the project itself has what a call calls: a function, or the
// method of the class that the object is of.
func (r *reach) owns(m *project.Module, c *pysrc.Call) bool {
	a, method := c.Func.(*pysrc.Attribute)
	if !method {
		if full := m.Canonical(c); full != "" {
			return r.local(m, full) != nil
		}
		return len(r.index(m).functions[project.LastName(c.Func)]) > 0
	}
	if m.Imports[project.Root(project.Dotted(a))] != "" {
		return r.local(m, m.Full(a)) != nil
	}
	by := r.madeBy(m, a.Value)
	home := m
	if strings.Contains(by, ".") {
		home = r.local(m, by)
		by = project.Last(by)
	}
	if home == nil {
		return false
	}
	if classes := r.index(home).classes[by]; len(classes) > 0 {
		return slices.ContainsFunc(classes, func(class *pysrc.Class) bool {
			return slices.ContainsFunc(class.Body, func(s pysrc.Stmt) bool { d, ok := s.(*pysrc.Def); return ok && d.Name == a.Attr })
		})
	}
	return a.Attr != "fit" && len(r.methods[a.Attr]) > 0
}

// fits tells whether a call trains by a framework. What scales or encodes data
// is fitted too, and trains nothing.
func (r *reach) fits(m *project.Module, c *pysrc.Call) bool {
	full := m.Canonical(c)
	switch name := project.LastName(c.Func); name {
	case "fit", "partial_fit":
		a, method := c.Func.(*pysrc.Attribute)
		return method && !r.transforms(m, a.Value)
	case "fit_generator", "fit_one_cycle", "fine_tune", "train_on_batch", "apply_gradients", "train_and_evaluate":
		return true
	case "minimize":
		return project.Root(full) != "scipy"
	case "grad", "value_and_grad":
		return slices.Contains([]string{"jax", "flax"}, project.Root(full))
	case "train", "cv", "train_supervised":
		return slices.Contains([]string{"xgboost", "lightgbm", "catboost", "fasttext"}, project.Root(full)) || name == "train" && full == "" && r.trainer(m, c)
	case "cross_val_score", "cross_validate", "cross_val_predict":
		return full != ""
	}
	return false
}

// trainer tells whether train is the method of a framework's trainer.
func (r *reach) trainer(m *project.Module, c *pysrc.Call) bool {
	a, method := c.Func.(*pysrc.Attribute)
	if !method {
		return false
	}
	by := r.madeBy(m, a.Value)
	return strings.HasSuffix(by, "Trainer") || strings.HasSuffix(by, "Runner") || strings.HasPrefix(by, "ultralytics.") || strings.HasPrefix(by, "tensorflow.estimator.") ||
		m.Roots["transformers"] && strings.HasSuffix(strings.ToLower(project.LastName(a.Value)), "trainer")
}

// transformers are the modules of scikit-learn that transform data or choose of it.
var transformers = []string{"sklearn.preprocessing.", "sklearn.impute.", "sklearn.feature_extraction.", "sklearn.decomposition.", "sklearn.compose.", "sklearn.feature_selection."}

// transformerNames are parts of the names that people give to such objects.
var transformerNames = []string{"scaler", "encoder", "vectorizer", "tokenizer", "imputer", "binarizer", "transformer", "preprocess", "pca", "tfidf", "datagen"}

// transforms tells whether an object transforms data.
func (r *reach) transforms(m *project.Module, object pysrc.Expr) bool {
	by := r.madeBy(m, object)
	if by == "" {
		by = project.LastName(object)
		if c, ok := object.(*pysrc.Call); ok {
			by = m.Canonical(c) + "." + project.LastName(c.Func)
		}
	} else if strings.Contains(by, ".") {
		return selects(by)
	}
	return selects(by) || slices.ContainsFunc(transformerNames, func(part string) bool { return strings.Contains(strings.ToLower(by), part) })
}

// madeBy is the class or function whose result an expression is, where it is a
// name or a field that is given one: transformers.Trainer after trainer = Trainer(...).
func (r *reach) madeBy(m *project.Module, e pysrc.Expr) string {
	var made []pysrc.Expr
	for _, a := range m.Assigns[project.Dotted(e)] {
		made = append(made, a.Value)
	}
	if a, ok := e.(*pysrc.Attribute); ok && project.Dotted(a.Value) == "self" {
		made = r.index(m).fields[a.Attr]
	}
	made = only(made, func(e pysrc.Expr) bool { c, ok := e.(*pysrc.Constant); return !ok || c.Text != "None" })
	if len(made) != 1 {
		return ""
	}
	by, ok := made[0].(*pysrc.Call)
	if !ok {
		return ""
	}
	if full := m.Canonical(by); full != "" {
		return full
	}
	return project.LastName(by.Func)
}

// forTraining tells whether a function or class is named for training: train,
// fit_model, runTraining. What is named load_train_data, train_test_split or
// create_trainer is for something else.
func forTraining(name string) bool {
	trains := false
	for _, w := range strings.Split(snake(name), "_") {
		if notTraining[w] {
			return false
		}
		trains = trains || w == "train" || w == "training" || w == "fit" || w == "retrain" || w == "trainer"
	}
	return trains
}

// notTraining are words in the names of functions that do something else.
var notTraining = set("split load read data dataset transform get set create make build is plot show print save test eval mode predict components params args config loader step")

// snake is a name with its words parted by underscores, in lower case.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
