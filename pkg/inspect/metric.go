package inspect

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mlhook/mlhook/pkg/metric"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// order is how much a split counts, as package loop chooses what counts.
var order = map[string]int{"test": 4, "validation": 3, "unknown": 2, "train": 1}

// findMetric says where the accuracy will come from: the last measurement on
// data that was not trained on, as the agent's hooks will see it, else what the
// program prints. Of another measure that is wanted it says the same.
func findMetric(p *Program, t *trace, wanted string) {
	s := readSplits(t)
	if wanted != "" && wanted != "accuracy" {
		if p.Metric = findMeasure(t, s, wanted); p.Metric.Source == "" {
			p.Hazards = append(p.Hazards, fmt.Sprintf("no %s is seen in the code; unless a framework reports it, print it (\"Test %s: 0.12\")", wanted, wanted))
		}
		return
	}
	var best Metric
	other := ""
	note := func(found Metric) {
		switch {
		case found.Source == "":
		case found.Name != "accuracy":
			other = found.Name
		case order[found.Split] >= order[best.Split]:
			best = found
		}
	}
	measurements(t, s, note)
	switch printed, ok := t.printed(); {
	case best.Source != "":
		p.Metric = best
	case ok && other != "" && printed.guess:
		p.Metric = Metric{other, "", "unknown"} // the bare number is that measure
	case ok:
		p.Metric = Metric{"accuracy", "stdout", printed.split}
	case other != "":
		p.Metric = Metric{other, "", "unknown"}
	default:
		p.Metric = Metric{"accuracy", "", "unknown"}
	}
	if p.Metric.Source != "" {
		return
	}
	if other != "" {
		p.Hazards = append(p.Hazards, "no accuracy is measured; "+Instead(other))
		return
	}
	p.Hazards = append(p.Hazards, "no accuracy is measured or printed; call score or accuracy_score on data that was not trained on, or print one (\"Test accuracy: 0.91\")")
}

// Instead says what can be done where a program measures something, but no accuracy.
func Instead(other string) string {
	return fmt.Sprintf("what it measures is %s: to chase that, use `git config mlhook.metric %[1]s` and `git config mlhook.target VALUE`, "+
		"or print an accuracy (\"Test accuracy: 0.91\")", other)
}

// measurements calls note with what each call of the program measures.
func measurements(t *trace, s *splits, note func(Metric)) {
	t.each(func(m *project.Module, c *pysrc.Call) {
		for _, measured := range []func(*splits, *project.Module, *pysrc.Call) Metric{keras, scores, boosting, lightning, hugging} {
			note(measured(s, m, c))
		}
	})
}

// findMeasure says where a measure other than the accuracy will come from.
func findMeasure(t *trace, s *splits, wanted string) Metric {
	best := Metric{wanted, "", "unknown"}
	measurements(t, s, func(found Metric) {
		seen := !strings.HasPrefix(found.Source, "sklearn.") || recorded[strings.TrimPrefix(found.Source, "sklearn.metrics.")] || found.Source == "sklearn.score"
		if found.Source != "" && seen && metric.Is(found.Name, wanted) && order[found.Split] >= order[best.Split] {
			best = Metric{wanted, found.Source, found.Split}
		}
	})
	if best.Source == "" {
		if r, ok := metric.Named(t.log("0.5"), wanted); ok {
			best = Metric{wanted, "stdout", r.Split}
		}
	}
	return best
}

// recorded are the functions of sklearn.metrics whose value the agent records.
var recorded = map[string]bool{"balanced_accuracy_score": true, "f1_score": true, "precision_score": true, "recall_score": true, "roc_auc_score": true,
	"log_loss": true, "mean_squared_error": true, "root_mean_squared_error": true, "mean_absolute_error": true, "r2_score": true}

// keras are the measurements of keras' methods.
func keras(s *splits, m *project.Module, c *pysrc.Call) Metric {
	a, method := c.Func.(*pysrc.Attribute)
	if !method || !s.keras || s.methods[a.Attr] {
		return Metric{}
	}
	name := s.compiled
	switch a.Attr {
	case "evaluate", "evaluate_generator":
		return Metric{name, "keras.Model.evaluate", s.of(m, project.Argument(c, "x", 0), project.Argument(c, "y", 1))}
	case "fit", "fit_generator":
		if s.estimates(m, a.Value) {
			return Metric{}
		}
		if project.Argument(c, "validation_data", 7) != nil || project.Argument(c, "validation_split", 6) != nil {
			return Metric{name, "keras.Model.fit", "validation"}
		}
		return Metric{name, "keras.Model.fit", "train"}
	}
	return Metric{}
}

// tables are the functions of sklearn.metrics that accuracy_score stands beside.
var tables = map[string]bool{"accuracy_score": true, "classification_report": true, "confusion_matrix": true}

// measures are the other functions of sklearn.metrics.
var measures = regexp.MustCompile(`_(?:score|loss|error)$`)

// scores are the measurements of scikit-learn and of the classes that go along.
func scores(s *splits, m *project.Module, c *pysrc.Call) Metric {
	name := m.Canonical(c)
	last := project.Last(name)
	a, method := c.Func.(*pysrc.Attribute)
	switch {
	case strings.HasPrefix(name, "sklearn.metrics.") && tables[last]:
		if off, ok := project.Argument(c, "normalize", 2).(*pysrc.Constant); ok && last == "accuracy_score" && off.Text == "False" {
			return Metric{last, "sklearn.metrics." + last, "unknown"} // a count
		}
		given := s.predictedFrom(m, project.Argument(c, "y_pred", 1))
		return Metric{"accuracy", "sklearn.metrics." + last, s.of(given.m, given.e, project.Argument(c, "y_true", 0))}
	case strings.HasPrefix(name, "sklearn.metrics.") && measures.MatchString(last):
		given := s.predictedFrom(m, project.Argument(c, "y_pred", 1))
		return Metric{last, name, s.of(given.m, given.e, project.Argument(c, "y_true", 0))}
	case name == "sklearn.model_selection.cross_val_score" || name == "sklearn.model_selection.cross_validate":
		return Metric{s.scoring(m, c, project.Argument(c, "estimator", 0)), name, "validation"}
	case !method:
		return Metric{}
	case a.Attr == "score" && len(c.Args)+len(c.Keywords) > 0 && !s.methods["score"]:
		return Metric{s.scoreName(m, a.Value), "sklearn.score", s.of(m, project.Argument(c, "X", 0), project.Argument(c, "y", 1))}
	case a.Attr == "fit":
		if made, search := s.search(m, a.Value); search != "" {
			return Metric{s.scoring(made.m, made.e.(*pysrc.Call), project.Argument(made.e.(*pysrc.Call), "estimator", 0)),
				"sklearn.model_selection." + search + ".best_score_", "validation"}
		}
	}
	return Metric{}
}

// scoring is what a cross-validation or a search measures.
func (s *splits) scoring(m *project.Module, c *pysrc.Call, estimator pysrc.Expr) string {
	switch given := project.Argument(c, "scoring", -1).(type) {
	case *pysrc.String:
		return given.Value
	case nil:
		return s.scoreName(m, estimator)
	}
	return "accuracy"
}

// scoreName is what an estimator's score is: r2_score of a regressor.
func (s *splits) scoreName(m *project.Module, estimator pysrc.Expr) string {
	name := s.estimator(m, estimator, farthest)
	if name == "" && s.regression || regressor(name) {
		return "r2_score"
	}
	return "accuracy"
}

var errorRate = regexp.MustCompile(`^(?:m?error(?:@.*)?|binary_error|multi_error)$`)

// boosting are the error rates that xgboost.train and lightgbm.train log of
// their evaluation sets.
func boosting(s *splits, m *project.Module, c *pysrc.Call) Metric {
	name := m.Canonical(c)
	held, trained := "evals", "dtrain"
	switch name {
	case "xgboost.train":
	case "lightgbm.train":
		held, trained = "valid_sets", "train_set"
	default:
		return Metric{}
	}
	watched := project.Argument(c, held, 3)
	if watched == nil {
		return Metric{}
	}
	measure := ""
	for _, text := range s.strings(m, project.Argument(c, "params", 0), "eval_metric", "metric", "metrics") {
		measure = text
		if errorRate.MatchString(text) {
			measure = "accuracy"
			break
		}
	}
	if measure == "" {
		return Metric{}
	}
	train := s.text(m, project.Argument(c, trained, 1))
	for _, set := range s.elements(m, watched) {
		if set.m != m || s.text(set.m, set.e) != train {
			return Metric{measure, name, "validation"}
		}
	}
	return Metric{measure, name, "train"}
}
