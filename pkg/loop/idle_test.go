package loop

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/space"
)

// Of several estimators that a script trains, those are tuned that its result is of.
func TestIdle(t *testing.T) {
	const forest = "sklearn.ensemble._forest.RandomForestClassifier"
	const knn, svc, pipeline = "sklearn.neighbors._classification.KNeighborsClassifier", "sklearn.svm._classes.SVC", "sklearn.pipeline.Pipeline"
	fit := func(model string, layers ...string) agent.Event {
		return agent.Event{Type: agent.EventFit, Model: model, Layers: layers}
	}
	metric := func(model string, value float64, split run.Split, source string) agent.Event {
		return agent.Event{Type: agent.EventMetric, Name: "accuracy", Value: &value, Split: string(split), Source: source, Model: model}
	}
	var all []space.Tunable
	for _, owner := range []string{"sklearn.neighbors.KNeighborsClassifier", "sklearn.svm.SVC", "sklearn.decomposition.PCA", "sklearn.ensemble.RandomForestClassifier"} {
		all = append(all, space.Tunable{ID: owner, Owner: owner, Kind: "number", Passes: strings.HasSuffix(owner, "ForestClassifier")})
	}
	for _, c := range []struct {
		name   string
		events []agent.Event
		tuned  []int
		model  string
	}{
		{"one after the other", []agent.Event{fit(knn), metric(knn, .9, run.Test, "score"), fit(svc), metric(svc, .8, run.Test, "score")}, []int{1, 2, 3}, "svm"},
		{"chosen by a forest", []agent.Event{fit(forest), fit(knn), metric(knn, .9, run.Test, "score"), fit(svc), metric(svc, .8, run.Test, "score")}, []int{1, 2, 3}, "svm"},
		{"in a pipeline", []agent.Event{fit(svc), fit(pipeline, "PCA", "KNeighborsClassifier"), metric(pipeline, .8, run.Test, "score")}, []int{0, 2, 3}, "neighbors"},
		{"two pipelines", []agent.Event{fit(pipeline, "SVC"), fit(pipeline, "KNeighborsClassifier"), metric(pipeline, .8, run.Test, "score")}, []int{0, 1, 2, 3}, "neighbors"},
		{"a network behind them", []agent.Event{fit(svc), fit("keras.Sequential", "Dense"), metric("keras.Sequential", .8, run.Test, "evaluate")}, []int{0, 1, 2, 3}, "neighbors"},
		{"the best of several", []agent.Event{fit(knn), fit(svc), metric(svc, .8, run.Test, "score, best of 2 models")}, []int{0, 1, 2, 3}, "neighbors"},
		{"whose it is is not seen", []agent.Event{fit(knn), fit(svc), metric("", .8, run.Test, "score")}, []int{0, 1, 2, 3}, "neighbors"},
		{"another is validated", []agent.Event{fit(knn), metric(knn, .7, run.Validation, "cv"), fit(svc), metric(svc, .8, run.Test, "score")}, []int{0, 1, 2, 3}, "neighbors"},
	} {
		out := outcome{wanted: []string{"accuracy"}}
		for _, e := range c.events {
			out.add(e)
		}
		validated := measured(out.metrics["accuracy"], run.Validation)
		base := run.Trial{State: run.Done, Idle: out.idle(out.metric("accuracy", func() string { return "" }), validated)}
		l := Loop{budget: &budget{}, program: &inspect.Program{Model: "neighbors", Tunables: all}}
		p := l.problem(run.Run{Commit: "0123456"}, []run.Trial{base})
		var want, got []string
		for _, i := range c.tuned {
			want = append(want, all[i].ID)
		}
		for _, param := range p.Params {
			got = append(got, param.ID)
		}
		if !slices.Equal(got, want) || p.Model != c.model {
			t.Errorf("%s: a %s by %q, want a %s by %q", c.name, p.Model, got, c.model, want)
		}
	}
}
