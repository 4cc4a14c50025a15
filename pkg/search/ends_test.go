package search

import (
	"strconv"
	"strings"
	"testing"
)

// tries is a problem without an end of its own, and trials of it: a score each,
// none where that is 0.
func tries(scores ...float64) (Problem, []Trial) {
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 50}, Version: Version,
		Params: []Param{number("C", "sklearn.svm.SVC", "1", 1e-4, 1e4, false), number("gamma", "sklearn.svm.SVC", "5", 1e-6, 100, false)}}
	var history []Trial
	for n, v := range scores {
		t := Trial{N: n, Values: map[string]string{"sklearn.svm.SVC.C": strconv.Itoa(n + 2)}, State: Done, Score: &v, Samples: 100, Seconds: 1}
		if v == 0 {
			t.State, t.Score = Failed, nil
		}
		history = append(history, t)
	}
	return p, history
}

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		scores []float64
		last   TrialState
		ends   bool
	}{
		{[]float64{.5, .5}, Done, false},
		{[]float64{.5, .5, 0}, Failed, true},
		{[]float64{.5, .5, .4}, Paused, false},
		{[]float64{.5, .5, .4}, Cut, false},
		{[]float64{0, .5, .4}, Done, false},
		{[]float64{.5, .4, .6}, Done, false},
	} {
		p, history := tries(c.scores...)
		p.Budget.Patience = 2
		history[len(history)-1].State = c.last
		if a := Next(p, history); (a.Kind == Stop && strings.Contains(a.Why, "mlhook.patience")) != c.ends {
			t.Errorf("%v, the last %s: %+v", c.scores, c.last, a)
		}
	}
	p, history := tries(.5, .81, .4, .4)
	p.Budget.Patience = 2
	if a := Next(p, history); a.Kind != Confirm || *a.Parent != 1 {
		t.Errorf("patience is not for a hit that luck may explain: %+v", a)
	}
}

// The best is trained with other seeds before patience, or the space, ends the
// search for it.
func TestBestIsConfirmed(t *testing.T) {
	p, history := tries(.5, .9, .4, .4)
	p.Goal.Best, p.Budget.Patience = true, 2
	for seed := int64(1); seed < seeds; seed++ {
		a := Next(p, history)
		if a.Kind != Confirm || *a.Parent != 1 || a.Seed != seed {
			t.Fatalf("seed %d: %+v", seed, a)
		}
		again := history[1]
		again.N = len(history)
		history = append(history, again)
	}
	if a := Next(p, history); a.Kind != Stop || a.Verdict != "reached" || *a.Parent != 1 || !strings.Contains(a.Why, "mlhook.patience") {
		t.Errorf("%+v", a)
	}
	p, history = tries(.9)
	p.Goal.Best, p.Params = true, nil
	if a := Next(p, history); a.Kind != Confirm {
		t.Errorf("nothing can be tuned: %+v", a)
	}
}

// The luckiest of many single trainings is not handed over before the one whose
// seeds were all trained, unless it leads by more than the noise of its set.
func TestBestIsNotTheLuckiest(t *testing.T) {
	for _, c := range []struct {
		metric string
		single float64
		winner int
	}{{"", .85, 2}, {"", .89, 1}, {"r2", .94, 2}, {"r2", .96, 1}} {
		p, history := tries(.5, c.single, .90, .80, .80)
		p.Goal.Best, p.Goal.Metric, p.Budget.Trials = true, c.metric, len(history)
		for seed := range 2 {
			history[3+seed].Values = history[2].Values
		}
		if a := Next(p, history); a.Verdict != "reached" || *a.Parent != c.winner {
			t.Errorf("%s %.2f once and a mean of 0.83: %+v", c.metric, c.single, a)
		}
	}
}

// A second seed that gives the same training, loss for loss, tells that a third
// would too. That accuracies alone are equal tells nothing.
func TestSeedsThatAreNotUsed(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  float64
		second float64
		last   ActionKind
	}{{"loss", .25, .25, Stop}, {"loss", .25, .26, Confirm}, {"accuracy", .81, .81, Confirm}} {
		p, history := tries(.5, .81)
		again := history[1]
		again.N = 2
		history[1].Curve = []Point{{Epoch: 1, Values: map[string]float64{c.name: c.first}}}
		again.Curve = []Point{{Epoch: 1, Values: map[string]float64{c.name: c.second}}}
		history = append(history, again)
		if a := Next(p, history); a.Kind != c.last || a.Kind == Stop && (a.Verdict != "reached" || *a.Parent != 1) {
			t.Errorf("%s %.2f and %.2f: %+v", c.name, c.first, c.second, a)
		}
	}
	for _, c := range []struct {
		metric string
		value  float64
		last   ActionKind
	}{{"rmse", 55.523, Stop}, {"rmse", 55, Confirm}, {"f1", 0.81234, Confirm}} {
		p, history := tries(.5, c.value)
		p.Goal.Metric = c.metric
		again := history[1]
		again.N = 2
		if a := Next(p, append(history, again)); a.Kind != c.last {
			t.Errorf("%s %g twice: %+v", c.metric, c.value, a)
		}
	}
}

// A limit outside of the search ends it with the verdict that its trials give.
func TestOver(t *testing.T) {
	const why = "the disk is full"
	p, history := tries(.5, .9)
	p.Over = why
	if a := Next(p, nil); a.Kind != Stop || a.Verdict != "exhausted" || a.Why != why {
		t.Errorf("before the first trial: %+v", a)
	}
	if a := Next(p, history[:1]); a.Kind != Stop || a.Verdict != "exhausted" || a.Why != why {
		t.Errorf("below the target: %+v", a)
	}
	running := append([]Trial{}, history[0], Trial{N: 1, Values: history[1].Values, State: Running})
	if a := Next(p, running); a.Kind != Wait {
		t.Errorf("while one runs: %+v", a)
	}
	p.Goal.Best = true
	if a := Next(p, history); a.Verdict != "reached" || *a.Parent != 1 || a.Why != why {
		t.Errorf("mode best: %+v", a)
	}
	p.Goal.Best = false
	history[1].Lineage = true
	if a := Next(p, history); a.Verdict != "reached" || !a.ByModel || *a.Parent != 1 {
		t.Errorf("by its model: %+v", a)
	}
	p, history = tries(.5, .81)
	p.Over = why
	history = append(history, history[1])
	history[2].N = 2
	if a := Next(p, history); a.Verdict != "reached" || *a.Parent != 1 {
		t.Errorf("two seeds above the target: %+v", a)
	}
	history[2].State, history[2].Score = Failed, nil
	if a := Next(p, history); a.Verdict != "exhausted" {
		t.Errorf("a seed failed: %+v", a)
	}
}

// A seed that was ended from outside says nothing of its configuration.
func TestCutSeed(t *testing.T) {
	p, history := tries(.5, .81)
	cut := history[1]
	cut.N, cut.State, cut.Score = 2, Cut, nil
	history = append(history, cut)
	if a := Next(p, history); a.Kind != Confirm || *a.Parent != 1 {
		t.Errorf("%+v", a)
	}
}

// What reached the target is the source: its first cold training, also where a
// model of the same configuration was there before.
func TestColdTrainingIsTheWinner(t *testing.T) {
	p, history := tries(.5, .99, .95)
	history[1].Lineage, history[2].Values = true, history[1].Values
	if a := Next(p, history); a.Verdict != "reached" || a.ByModel || *a.Parent != 2 {
		t.Errorf("%+v", a)
	}
}

// A framework's single precision does not decide about a target.
func TestSinglePrecision(t *testing.T) {
	for _, c := range []struct {
		minimise bool
		target   float64
		value    float64
		met      bool
	}{
		{false, 0.9, float64(float32(0.9)), true}, {false, 0.9, 0.8999, false},
		{true, 0.3, float64(float32(0.3)), true}, {true, 0.3, 0.3001, false}, {true, 60, 59, true},
	} {
		if g := (Goal{Target: c.target, Minimise: c.minimise}); g.met(c.value) != c.met {
			t.Errorf("%+v", c)
		}
	}
}

// Nothing is begun that the time left cannot bring to an end, or only shorter
// than the user's own code trains.
func TestTooLateForAnother(t *testing.T) {
	for _, c := range []struct {
		seconds float64 // of the budget; the user's own code takes 30
		warm    bool
		kind    ActionKind
		value   string // of the estimators
	}{
		{45, false, Stop, ""},
		{45, true, Start, "1"},
		{100, false, Start, "5"},
		{10000, false, Start, "200"},
	} {
		score := 0.5
		p := Problem{Goal: Goal{Target: 0.9}, Version: Version, Warm: c.warm, Budget: Budget{Trials: 9, Seconds: c.seconds},
			Params: []Param{number("estimators", "sklearn.ensemble.RandomForestClassifier", "2", 1, 1000, true)}}
		a := Next(p, []Trial{{State: Done, Score: &score, Samples: 100, Seconds: 30}})
		if a.Kind != c.kind || a.Values["sklearn.ensemble.RandomForestClassifier.estimators"] != c.value ||
			a.Kind == Stop && !strings.Contains(a.Why, "mlhook.minutes is too short") {
			t.Errorf("%g seconds: %+v", c.seconds, a)
		}
	}
}

// What was tried is not tried again for being shortened, as a layer where there
// is no place for one.
func TestNothingNewIsShortened(t *testing.T) {
	const id = "sklearn.ensemble.RandomForestClassifier.estimators"
	low, high := 0.5, 0.6
	p := Problem{Goal: Goal{Target: 0.9}, Version: Version, Budget: Budget{Trials: 30, Seconds: 100},
		Params: []Param{number("estimators", "sklearn.ensemble.RandomForestClassifier", "100", 1, 1000, true)}}
	history := []Trial{{State: Done, Score: &low, Samples: 100, Seconds: 10},
		{N: 1, State: Done, Score: &high, Samples: 100, Seconds: 40, Values: map[string]string{id: "400"}}}
	for {
		a := Next(p, history)
		if a.Kind != Start {
			break
		}
		if strings.Contains(a.Why, "layer") {
			t.Fatalf("trial %d: %s %v", len(history), a.Why, a.Values)
		}
		n, _ := strconv.ParseFloat(a.Values[id], 64)
		history = append(history, Trial{N: len(history), State: Done, Score: &low, Samples: 100, Seconds: n / 10, Values: a.Values})
	}
}
