package loop

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/space"
)

// compared is in the source of a result that is the best of several models'.
const compared = ", best of "

// idle lists, by class, the estimators that were trained and are no part of the
// models of some metrics; none where a model is not seen, or may be any of them.
func (o *outcome) idle(metrics ...*run.Metric) (classes []string) {
	var working []string
	for _, m := range metrics {
		if m == nil {
			continue
		}
		before, model := len(working), o.model(*m)
		for _, fit := range o.trained {
			if fit.Model == model {
				working = append(working, parts(fit)...)
			}
		}
		if len(working) == before || strings.Contains(m.Source, compared) {
			return nil
		}
	}
	if len(working) == 0 {
		return nil
	}
	for _, fit := range o.trained {
		for _, c := range parts(fit) {
			if !slices.Contains(working, c) && !slices.Contains(classes, c) {
				classes = append(classes, c)
			}
		}
	}
	return classes
}

// parts are the classes of an estimator that was trained and of those in it.
func parts(fit agent.Event) []string { return append([]string{class(fit.Model)}, fit.Layers...) }

// model is the class of the model that a metric was observed of; empty where it is not seen.
func (o *outcome) model(m run.Metric) string {
	for _, seen := range slices.Backward(o.metrics[m.Name]) {
		if seen.Metric == m {
			return seen.model
		}
	}
	return ""
}

// working leaves the tunables that may matter for the result: of a program that
// trains several estimators those of the one that it measures last, and of those
// that this one is trained on what they give. Where that are none all are left.
func working(tunables []space.Tunable, trials []run.Trial) []space.Tunable {
	if len(trials) == 0 {
		return tunables
	}
	left := slices.DeleteFunc(slices.Clone(tunables), func(t space.Tunable) bool {
		return slices.Contains(trials[0].Idle, class(t.Owner)) && slices.Contains(space.Estimating, project.Root(t.Owner)) && !t.Passes
	})
	if len(left) == 0 {
		return tunables
	}
	return left
}

// modelOf is the kind of model that tunables are of, of the one that is trained
// last rather than of one that passes on to it; empty for none.
func modelOf(tunables []space.Tunable) (kind string) {
	for _, t := range tunables {
		found := inspect.KindOf(t.Owner)
		if found != "" && !t.Passes {
			return found
		}
		kind = cmp.Or(kind, found)
	}
	return kind
}

func class(canonical string) string { return canonical[strings.LastIndexByte(canonical, '.')+1:] }
