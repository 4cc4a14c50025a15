package tweak

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/metric"
)

// observe runs every project and compares what inspect said before with what
// the agent saw.
func observe(t *testing.T, s *session, projects []*sample) {
	right, wrong := 0, 0
	t.Run("runs", func(t *testing.T) {
		for _, p := range projects {
			t.Run(p.name, func(t *testing.T) {
				if p.program.Entry == "" {
					return // there is nothing to run; the golden file holds the problem
				}
				t.Parallel()
				o, err := s.run(p, nil, 3*time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				p.baseline = o
			})
		}
	})
	for _, p := range projects {
		if p.baseline == nil {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			for _, what := range []string{problem(p), warnings(p), metricSource(p), model(p), data(p)} {
				if what == "" {
					right++
					continue
				}
				wrong++
				t.Errorf("%s: %s", p.name, what)
			}
			if t.Failed() && p.baseline.failure() != "" {
				t.Logf("the program ended with %s", p.baseline.failure())
			}
		})
	}
	t.Logf("%d of %d statements about %d projects are as observed", right, right+wrong, len(projects))
}

// problem: a program that inspect finds a problem in fails, one that fails
// before any accuracy was warned of, and none runs out of time.
func problem(p *sample) string {
	q, failure := p.program, p.baseline.failure()
	warned := q.Problem != nil || len(q.Hazards) > 0 || slices.ContainsFunc(q.Data, func(d inspect.Data) bool {
		return d.Kind == "missing" || d.Kind == "outside"
	})
	switch {
	case failure != "" && !warned && measured(p.baseline).Source == "":
		return fmt.Sprintf("problem: inspect has no warning, the program fails: %s", failure)
	case q.Problem != nil && failure == "":
		return fmt.Sprintf("problem: inspect says %q, the program runs", *q.Problem)
	case p.baseline.stopped:
		return "it trains for minutes; a corpus program takes seconds"
	}
	return ""
}

// warnings: no hook of the agent's stumbles over the program.
func warnings(p *sample) string {
	for _, e := range p.baseline.events {
		if e.Type == agent.EventWarning {
			return "the agent warns: " + e.Text
		}
	}
	return ""
}

// class is the name of the estimator in a source.
var class = regexp.MustCompile(`^sklearn\.\w+\.score$`)

// metricSource: the accuracy comes from where inspect said. Where a program
// prints it, inspect need not know the split.
func metricSource(p *sample) string {
	said, got := p.program.Metric, measured(p.baseline)
	said.Source = class.ReplaceAllString(said.Source, "sklearn.score")
	got.Source, _, _ = strings.Cut(got.Source, ", ") // the mean of folds, or the best of models, of what inspect names
	got.Source = class.ReplaceAllString(got.Source, "sklearn.score")
	sure := said.Split == got.Split || said.Source == "stdout" && said.Split == "unknown" || got.Source == ""
	if p.program.Problem != nil || said.Source == got.Source && sure || got.Source == "" && p.baseline.failure() != "" {
		return ""
	}
	return fmt.Sprintf("metric: inspect says %q on %s, observed %q on %s", said.Source, said.Split, got.Source, got.Split)
}

// measured is the accuracy that counts, chosen as package loop chooses it.
func measured(o *observation) (m inspect.Metric) {
	for _, split := range []string{"test", "validation", "unknown", "train"} {
		for _, e := range slices.Backward(o.events) {
			if e.Type == agent.EventMetric && e.Name == "accuracy" && e.Split == split && e.Value != nil {
				return inspect.Metric{Name: e.Name, Source: e.Source, Split: e.Split}
			}
		}
	}
	if r, ok := metric.Pick(metric.Scan(o.log)); ok {
		return inspect.Metric{Name: r.Name, Source: "stdout", Split: r.Split}
	}
	return m
}

// parts of models tell their kind; the first that is found does.
var parts = []struct {
	kind string
	name *regexp.Regexp
}{
	{"transformer", regexp.MustCompile(`Attention|^Transformer`)},
	{"rnn", regexp.MustCompile(`^(LSTM|GRU|SimpleRNN|RNN|Bidirectional)$`)},
	{"cnn", regexp.MustCompile(`Conv\d`)},
	{"svm", regexp.MustCompile(`SV[CR]$`)},
	{"neighbors", regexp.MustCompile(`Neighbors`)},
	{"bayes", regexp.MustCompile(`NB$`)},
	{"tree", regexp.MustCompile(`Tree|Forest|Boost|XGB|LGBM`)},
	{"mlp", regexp.MustCompile(`^(Dense|Linear|MLP\w+)$`)},
	{"linear", regexp.MustCompile(`Regression$|SGD|Perceptron|Ridge|Lasso|ElasticNet`)},
}

// unseen are programs whose model the agent does not see: a loop over
// GradientTape calls neither fit nor an optimizer that is hooked.
var unseen = map[string]bool{"keras_subclass": true}

// model: the program trains a model of the kind that inspect said.
func model(p *sample) string {
	kinds := map[string]bool{}
	for _, e := range p.baseline.events {
		if e.Type == agent.EventFit {
			kinds[kindOf(e)] = true
		}
	}
	said := p.program.Model
	if unseen[p.name] {
		if len(kinds) > 0 {
			return "model: it is seen now; take it out of unseen"
		}
		return ""
	}
	if kinds[said] || len(kinds) == 0 && (said == "" || p.baseline.failure() != "") {
		return ""
	}
	var got []string
	for kind := range kinds {
		got = append(got, kind)
	}
	slices.Sort(got)
	return fmt.Sprintf("model: inspect says %q, observed %q", said, got)
}

// kindOf is the kind of the model that a training call trains.
func kindOf(e agent.Event) string {
	names := e.Layers
	if len(names) == 0 {
		names = []string{e.Model[strings.LastIndexByte(e.Model, '.')+1:]}
	}
	for _, part := range parts {
		if slices.ContainsFunc(names, part.name.MatchString) {
			return part.kind
		}
	}
	return ""
}

// data: the program reads what inspect said, all of it and nothing else.
func data(p *sample) string {
	var wrong []string
	read := map[string]agent.Event{}
	for _, e := range p.baseline.events {
		if e.Type == agent.EventData {
			read[e.Path] = e
		}
	}
	said := map[string]bool{}
	for _, name := range p.program.Files {
		said[name] = true // a config file
	}
	for _, d := range p.program.Data {
		name := d.Path
		if !path.IsAbs(name) {
			name = path.Join(path.Dir(p.program.Entry), name)
		}
		said[name] = true
		if why := unread(p, name, d.Kind, read); why != "" {
			wrong = append(wrong, why)
		}
	}
	listed := map[string]bool{}
	for name, e := range read {
		if e.Format == "directory" {
			listed[name] = true
		}
	}
	for name, e := range read {
		if covers(listed, path.Dir(name)) {
			continue // its directory is enough
		}
		if !covers(said, name) && !(e.Format == "directory" && holds(said, name)) {
			wrong = append(wrong, fmt.Sprintf("%s is read, missing %t, inspect does not say so", name, e.Missing))
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	slices.Sort(wrong)
	return "data: " + strings.Join(wrong, "; ")
}

// unread says what is wrong with a path that inspect names.
func unread(p *sample, name, kind string, read map[string]agent.Event) string {
	e, exact := read[name]
	if exact && kind != "outside" && (kind == "missing") != e.Missing {
		return fmt.Sprintf("inspect says %s is %s, observed missing %t", name, kind, e.Missing)
	}
	if exact || p.baseline.failure() != "" { // it may have failed before
		return ""
	}
	for other := range read {
		if strings.HasPrefix(other, name+"/") {
			return "" // a file of a directory
		}
	}
	if kind == "missing" && p.baseline.left[name] {
		return "" // the program wrote it
	}
	return fmt.Sprintf("inspect says %s (%s) is read, it is not", name, kind)
}

// covers tells whether a path or a directory above it is among the names.
func covers(names map[string]bool, name string) bool {
	for ; name != "." && name != "/"; name = path.Dir(name) {
		if names[name] {
			return true
		}
	}
	return false
}

// holds tells whether one of the names lies below a directory.
func holds(names map[string]bool, dir string) bool {
	for name := range names {
		if dir == "." && !path.IsAbs(name) || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}
