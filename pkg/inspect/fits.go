package inspect

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Grades of training, by what speaks for it.
const (
	noTraining  = iota
	ownTraining // a function of the project that is named for it, as a network written by hand has
	training    // a call of a framework
)

// grade tells how a program trains by the calls that it may run. A gradient alone
// is no training: it may be there to see what the network looks at.
func (r *reach) grade() int {
	found, gradient, step := noTraining, false, false
	for _, at := range r.calls {
		switch name := lastName(at.c.Func); {
		case name == "backward":
			gradient = true
		case name == "step":
			step = true
		case found < training && fits(at.m, at.c):
			found = training
			if r.owns(at.m, at.c) {
				found = ownTraining
			}
		case found == noTraining && forTraining(name) && r.owns(at.m, at.c):
			found = ownTraining
		}
	}
	if gradient && step {
		found = training
	}
	return found
}

// owns tells whether the project itself has what a call calls: a function, or the
// class of the object whose method it is.
func (r *reach) owns(m *project.Module, c *pysrc.Call) bool {
	if a, method := c.Func.(*pysrc.Attribute); method {
		if by := madeBy(m, a.Value); by != "" && (len(r.index(m).classes[by]) > 0 || r.local(m, by) != nil) {
			return true
		}
	}
	if full := m.Canonical(c); full != "" {
		return r.local(m, full) != nil
	}
	name := lastName(c.Func)
	return len(r.index(m).functions[name]) > 0 || len(r.methods[name]) > 0 && forTraining(name) && name != "fit"
}

// fits tells whether a call trains by a framework. What scales or encodes data
// is fitted too, and trains nothing.
func fits(m *project.Module, c *pysrc.Call) bool {
	full := m.Canonical(c)
	switch name := lastName(c.Func); name {
	case "fit", "partial_fit":
		a, method := c.Func.(*pysrc.Attribute)
		return method && !transforms(m, a.Value)
	case "fit_generator", "fit_one_cycle", "fine_tune", "train_on_batch", "apply_gradients", "train_and_evaluate":
		return true
	case "minimize":
		return project.Root(full) != "scipy"
	case "grad", "value_and_grad":
		return slices.Contains([]string{"jax", "flax"}, project.Root(full))
	case "train", "cv", "train_supervised":
		return slices.Contains([]string{"xgboost", "lightgbm", "catboost", "fasttext"}, project.Root(full)) || name == "train" && full == "" && trainer(m, c)
	case "cross_val_score", "cross_validate", "cross_val_predict":
		return full != ""
	}
	return false
}

// trainer tells whether train is the method of a framework's trainer.
func trainer(m *project.Module, c *pysrc.Call) bool {
	a, method := c.Func.(*pysrc.Attribute)
	if !method {
		return false
	}
	by := madeBy(m, a.Value)
	return strings.HasSuffix(by, "Trainer") || strings.HasPrefix(by, "ultralytics.") || strings.HasPrefix(by, "tensorflow.estimator.") ||
		m.Roots["transformers"] && strings.HasSuffix(strings.ToLower(lastName(a.Value)), "trainer")
}

// transformers are the modules of scikit-learn that transform data.
var transformers = []string{"sklearn.preprocessing.", "sklearn.impute.", "sklearn.feature_extraction.", "sklearn.decomposition.", "sklearn.compose."}

// transformerNames are parts of the names that people give to such objects.
var transformerNames = []string{"scaler", "encoder", "vectorizer", "tokenizer", "imputer", "binarizer", "transformer", "preprocess", "pca", "tfidf", "datagen"}

// transforms tells whether an object transforms data.
func transforms(m *project.Module, object pysrc.Expr) bool {
	by := madeBy(m, object)
	if by == "" {
		by = lastName(object)
		if c, ok := object.(*pysrc.Call); ok {
			by = m.Canonical(c) + "." + lastName(c.Func)
		}
	} else if strings.Contains(by, ".") {
		return slices.ContainsFunc(transformers, func(module string) bool { return strings.HasPrefix(by, module) })
	}
	return slices.ContainsFunc(transformers, func(module string) bool { return strings.HasPrefix(by, module) }) ||
		slices.ContainsFunc(transformerNames, func(part string) bool { return strings.Contains(strings.ToLower(by), part) })
}

// madeBy is the class or function whose result an expression is, where it is a
// name that is given one: transformers.Trainer after trainer = Trainer(...).
func madeBy(m *project.Module, e pysrc.Expr) string {
	made := m.Assigns[project.Dotted(e)]
	if len(made) != 1 {
		return ""
	}
	by, ok := made[0].Value.(*pysrc.Call)
	if !ok {
		return ""
	}
	if full := m.Canonical(by); full != "" {
		return full
	}
	return lastName(by.Func)
}

// forTraining tells whether a function or class is named for training; what is
// named train_test_split, load_train_data or fit_transform is for the data.
func forTraining(name string) bool {
	name = strings.ToLower(name)
	for _, data := range []string{"split", "load", "data", "transform"} {
		if strings.Contains(name, data) {
			return false
		}
	}
	return strings.Contains(name, "train") || strings.Contains(name, "fit")
}
