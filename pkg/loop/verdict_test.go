package loop

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/space"
)

// measuredAt are done trials of configurations of their own, a value each.
func measuredAt(values ...float64) (trials []run.Trial) {
	for n, v := range values {
		t := run.Trial{N: n, State: run.Done, Start: run.Cold, Value: &v, Metric: &run.Metric{Name: "accuracy", Value: v, Split: run.Test}}
		if n > 0 {
			t.Values = map[string]string{"width": strings.Repeat("1", n)}
		}
		trials = append(trials, t)
	}
	return trials
}

func TestBestTrial(t *testing.T) {
	l := bare(t)
	trials := measuredAt(.5, .95, .9)
	trials[1].Error = "train.py:3: ValueError: no"
	if best := l.best(trials); best.N != 2 {
		t.Errorf("one that failed behind its value: trial %d", best.N)
	}
	trials[0].Error = "train.py:9: FileNotFoundError: plots"
	if best := l.best(trials); best.N != 1 {
		t.Errorf("the user's own code fails as well: trial %d", best.N)
	}
	trials = measuredAt(.5, .99, .9)
	trials[1].Start, trials[2].Values = run.Warm, trials[1].Values
	if best := l.best(trials); best.N != 2 {
		t.Errorf("its source was trained cold: trial %d", best.N)
	}
	trials = measuredAt(.5, .9, .4)
	trials[2].Values, trials[2].Value, trials[2].Cut = trials[1].Values, nil, true
	if h := history(trials); h[2].State != search.Cut || h[2].Score != nil {
		t.Errorf("cut: %+v", h[2])
	}
}

// A limit that cuts the user's own code is what the run failed for, not the code.
func TestCutBeforeAnyValue(t *testing.T) {
	l := bare(t)
	base := run.Trial{State: run.Done, Cut: true, Error: "train.py was still running: the 5 minutes of mlhook.minutes are spent"}
	var end *ending
	if err := l.judge([]run.Trial{base}); !errors.As(err, &end) || end.verdict != run.Failed || end.cause != run.CauseResources ||
		!strings.Contains(end.reason, "before it had given a value") {
		t.Errorf("%v", err)
	}
	base.Metric = &run.Metric{Name: "accuracy", Value: .9, Split: run.Test}
	if err := l.judge([]run.Trial{base}); !errors.As(err, &end) || !strings.Contains(end.reason, "so what it had measured by then does not count") {
		t.Errorf("%v", err)
	}
}

// What ends a search without the target says what may be done, as it is set.
func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		why         string
		allow, deny []string
		kinds       []string
		want        string
	}{
		{"the last 15 trials brought nothing better (mlhook.patience)", nil, nil, []string{"number", "estimator"},
			"to try more, raise mlhook.patience, or name estimator in mlhook.allow beside the kinds tried"},
		{"the trials of mlhook.trials are spent", nil, []string{"choice"}, []string{"number", "choice"},
			"to try more, raise mlhook.trials, or take choice out of mlhook.deny"},
		{"everything in the space was tried", []string{"number"}, nil, []string{"inserted", "number", "architecture"},
			"to try more, name architecture, inserted in mlhook.allow beside the kinds tried"},
		{"everything in the space was tried", nil, nil, []string{"number"}, "what is left to change is the code or the data"},
	} {
		l := bare(t)
		l.Settings.Allow, l.Settings.Deny = c.allow, c.deny
		l.program.Tunables = nil
		for _, kind := range c.kinds {
			l.program.Tunables = append(l.program.Tunables, space.Tunable{Kind: kind})
		}
		var end *ending
		if err := l.verdict(measuredAt(.5), search.Action{Kind: search.Stop, Verdict: "exhausted", Why: c.why}); !errors.As(err, &end) || !strings.HasSuffix(end.reason, ", target "+number(l.Settings.Target)+"; "+c.want) {
			t.Errorf("want %q: %v", c.want, err)
		}
	}
}

func TestLastLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "\n \n": "",
		"usage: a.py\na.py: error: no\n\n":      "a.py: error: no",
		"10 %\r\x1b[31m100 %\r\n":               "100 %",
		"a\n" + strings.Repeat("é", 300) + "\n": strings.Repeat("é", 200) + "...",
	} {
		if got := lastLine(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What was reached by one training on an unknown number of samples is said to be that.
func TestReachedOnUnknownSamples(t *testing.T) {
	l := bare(t)
	const doubt = "accuracy 0.900 (test, number of samples unknown), target 0.800; that is one training, whether by luck cannot be told"
	for samples, want := range map[int]bool{0: true, 450: false} {
		trials := measuredAt(.9)
		trials[0].Metric.Samples = samples
		var end *ending
		if err := l.verdict(trials, search.Action{Kind: search.Stop, Verdict: "reached"}); !errors.As(err, &end) || strings.Contains(end.reason, doubt) != want {
			t.Errorf("%d samples: %v", samples, err)
		}
	}
}

// An accuracy that needs nothing learned is said to be that.
func TestNothingLearned(t *testing.T) {
	l := bare(t)
	const doubt = "; always answering the most frequent class gives 0.880"
	for value, want := range map[float64]bool{.87: true, .89: true, .93: false} {
		trials := measuredAt(value)
		trials[0].Metric.Samples, trials[0].Metric.Majority = 300, .88
		for _, verdict := range []string{"reached", "exhausted"} {
			var end *ending
			err := l.verdict(trials, search.Action{Kind: search.Stop, Verdict: verdict})
			if !errors.As(err, &end) || strings.Contains(end.reason, doubt) != want {
				t.Errorf("%s, %.2f: %v", verdict, value, err)
			}
		}
	}
}

// What a model has that its source was not seen to give is said to be the model's.
func TestByItsModel(t *testing.T) {
	l := bare(t)
	for _, c := range []struct {
		cold    bool
		verdict string
		want    string
	}{
		{false, "exhausted", "accuracy 0.850 (test, 300 samples) by its model; its source alone was not trained, target"},
		{false, "reached", "accuracy 0.850 (test, 300 samples) by its model; its source alone was not trained, target"},
		{true, "reached", "accuracy 0.850 (test, 300 samples) by its model; its source alone gives 0.700, target"},
	} {
		trials := measuredAt(.5, .85, .7)
		trials[1].Start, trials[1].Metric.Samples = run.Grown, 300
		if trials[2].Values = trials[1].Values; !c.cold {
			trials = trials[:2]
		}
		var end *ending
		err := l.verdict(trials, search.Action{Kind: search.Stop, Verdict: c.verdict, Parent: &trials[1].N, ByModel: c.verdict == "reached"})
		if !errors.As(err, &end) || !strings.Contains(end.reason, c.want) {
			t.Errorf("%s: %v", c.verdict, err)
		}
	}
}

// A winner among several that other seeds refuted is said to be one.
func TestRefutedBefore(t *testing.T) {
	l := bare(t)
	trials := measuredAt(.5, .82, .7, .83, .82)
	trials[2].Values, trials[4].Values = trials[1].Values, trials[3].Values
	var end *ending
	err := l.verdict(trials, search.Action{Kind: search.Stop, Verdict: "reached", Parent: &trials[3].N})
	if !errors.As(err, &end) || !strings.Contains(end.reason, "; of others that one seed put there 1 did not hold with more") {
		t.Error(err)
	}
}

// A run without an accuracy says what else the program measures and how that is chased.
func TestNoAccuracy(t *testing.T) {
	l := bare(t)
	for _, c := range []struct{ measures, want string }{
		{"r2_score", "no accuracy was seen; what it measures is r2_score: to chase that, use `git config mlhook.metric r2_score` and"},
		{"accuracy", "no accuracy was seen; print one (\"Test accuracy: 0.91\") or call evaluate, score or accuracy_score, or name another measure"},
	} {
		l.program.Metric.Name = c.measures
		var end *ending
		if err := l.judge([]run.Trial{{State: run.Done}}); !errors.As(err, &end) || end.verdict != run.Refused || !strings.Contains(end.reason, c.want) {
			t.Errorf("%s: %v", c.measures, err)
		}
	}
}

// A search that ends without the target says so where the user's own code fails
// behind its value.
func TestExhaustedByCodeThatFails(t *testing.T) {
	l := bare(t)
	trials := measuredAt(.5, .6)
	trials[0].Error, trials[1].Error = "train.py:14: TclError: no display", "train.py:14: TclError: no display"
	var end *ending
	if err := l.verdict(trials, search.Action{Kind: search.Stop, Verdict: "exhausted", Why: "over"}); !errors.As(err, &end) ||
		!strings.Contains(end.reason, "samples unknown), behind which it failed: train.py:14: TclError: no display, target 0.800") {
		t.Errorf("%v", err)
	}
}

// What a program misses is explained where mlhook knows how to give it.
func TestExplained(t *testing.T) {
	l := bare(t)
	l.Settings.Args = []string{"--lr 0.1"}
	l.program.Hazards = []string{"train.py:2 imports acme, which requirements.txt does not list: add the package that brings it",
		"ml/train.py:7 needs an argument; give it with `git config --add mlhook.args ARGUMENT`",
		"train.py:4 the option --config is required; give it with `git config --add mlhook.args --config=VALUE`"}
	for failure, want := range map[string]string{
		"train.py ended with exit code 2: train.py: error: unrecognized arguments: --lr 0.1":               "`git config --add mlhook.args WORD` for each",
		"ml/train.py:7: IndexError: list index out of range":                                               "range; give it with `git config --add mlhook.args ARGUMENT`",
		"train.py:3: EOFError: EOF when reading a line":                                                    "nobody is there to answer input()",
		"train.py ended with exit code 2: train.py: error: the following arguments are required: --config": "give it with `git config --add mlhook.args --config=VALUE`",
		"train.py:2: ModuleNotFoundError: No module named 'acme'":                                          l.program.Hazards[0],
		"train.py:2: ModuleNotFoundError: No module named 'acme.tool'":                                     l.program.Hazards[0],
	} {
		if got := l.explained(failure); !strings.HasPrefix(got, failure+"; ") || !strings.Contains(got, want) {
			t.Errorf("%s", got)
		}
	}
	l.Settings.Args = []string{"--lr", "0.1"}
	if failure := "error: unrecognized arguments: --lr 0.1"; l.explained(failure) != failure {
		t.Error(l.explained(failure))
	}
}
