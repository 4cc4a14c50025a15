package search

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cut runs a search over trainings that can be continued: a curve is a rising
// line whose slope is the trial's draw. It returns the trials and all actions.
func cut(t *rapid.T, p Problem, slopes []float64, epochs int) (history []Trial, actions []Action) {
	for range 2000 {
		a := Next(p, history)
		if b := Next(p, history); !reflect.DeepEqual(a, b) {
			t.Fatalf("same history, other action: %+v, %+v", a, b)
		}
		actions = append(actions, a)
		at := len(history)
		switch a.Kind {
		case Stop:
			return history, actions
		case Continue:
			at = a.Trial
			if history[at].State != Paused {
				t.Fatalf("trial %d is not paused: %+v", at, a)
			}
		default:
			history = append(history, Trial{N: at, Values: a.Values, Move: a.Move, Samples: 1e9})
		}
		trial := &history[at]
		to := a.Until
		if trial.State = Paused; to == 0 {
			to, trial.State = epochs, Done
		}
		if to <= len(trial.Curve) || to > epochs {
			t.Fatalf("trial %d with %d of %d epochs is to train until %d", at, len(trial.Curve), epochs, to)
		}
		for e := len(trial.Curve) + 1; e <= to; e++ {
			y := min(0.99, slopes[at%len(slopes)]*float64(e)/float64(epochs))
			trial.Curve = append(trial.Curve, Point{Epoch: e, Values: map[string]float64{"val_accuracy": y}})
			trial.Seconds++
			if last := y; trial.State == Done {
				trial.Score = &last
			}
		}
	}
	t.Fatal("the search does not end")
	return nil, nil
}

// Cut trainings keep their promises: the search ends within its trials, never
// trains an epoch twice, continues only what is paused, and gives the user's own
// code and every confirmation a whole training.
func TestCutTrainings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Problem{Goal: Goal{Target: 0.9}, Seed: rapid.Int64Min(0).Draw(t, "seed"), Version: Version, Resumable: true,
			Budget: Budget{Trials: rapid.IntRange(2, 40).Draw(t, "trials")},
			Params: []Param{number("learning_rate", "torch.optim.Adam", "0.001", 1e-6, 1, false), number("width", "torch.nn.Linear", "64", 1, 1024, true)}}
		slopes := rapid.SliceOfN(rapid.Float64Range(0.1, 1), 5, 40).Draw(t, "slopes")
		history, actions := cut(t, p, slopes, rapid.IntRange(10, 120).Draw(t, "epochs"))
		if len(history) > p.Budget.Trials {
			t.Fatalf("%d trials", len(history))
		}
		for _, a := range actions {
			if a.Kind == Confirm && a.Until != 0 || a.Kind == Continue && a.Why == "" {
				t.Fatalf("got %+v", a)
			}
		}
		if end := actions[len(actions)-1]; end.Verdict == "exhausted" {
			for _, trial := range history {
				if trial.State == Paused && trial.Curve[len(trial.Curve)-1].Values["val_accuracy"] >= 0.9 {
					t.Fatalf("trial %d has shown the target and is left: %s", trial.N, end.Why)
				}
				if trial.Score != nil && *trial.Score >= 0.9 {
					t.Fatalf("trial %d is at the target, but: %s", trial.N, end.Why)
				}
			}
		}
	})
}

// What is behind is frozen and gets another slice only as one of a rung's best.
func TestFreeze(t *testing.T) {
	curve := func(from, to int, y float64) (points []Point) {
		for e := from; e <= to; e++ {
			points = append(points, Point{Epoch: e, Values: map[string]float64{"val_accuracy": y * float64(e) / 27}})
		}
		return points
	}
	score := 0.5
	p := Problem{Goal: Goal{Target: 0.9}, Budget: Budget{Trials: 20}, Version: Version, Resumable: true, Model: "mlp",
		Params: []Param{number("learning_rate", "torch.optim.Adam", "0.0001", 1e-6, 1, false), number("width", "torch.nn.Linear", "2", 1, 1024, true)}}
	history := []Trial{{Values: map[string]string{}, State: Done, Score: &score, Curve: curve(1, 27, 0.5), Seconds: 60}}
	a := Next(p, history)
	if a.Kind != Start || a.Until != 2 || a.Move != Repair {
		t.Fatalf("the first guess: %+v", a)
	}
	guess := Trial{N: 1, Values: a.Values, State: Paused, Move: a.Move, Curve: curve(1, 2, 0.1), Seconds: 4}
	if a = Next(p, append(history, guess)); a.Kind != Continue || a.Trial != 1 || a.Until != 6 {
		t.Fatalf("a guess has a second slice: %+v", a)
	}
	guess.Curve = curve(1, 6, 0.1)
	if a = Next(p, append(history, guess)); a.Kind != Start {
		t.Fatalf("a guess that is behind: %+v", a)
	}
	guess.Curve = curve(1, 6, 0.8)
	if a = Next(p, append(history, guess)); a.Kind != Continue || a.Until != 18 || !strings.Contains(a.Why, "leads 1 others at 6 epochs") {
		t.Fatalf("a guess that leads: %+v", a)
	}
	guess.Curve = append(curve(1, 5, 0.8), Point{Epoch: 6, Values: map[string]float64{"val_accuracy": 0.95}})
	other := Trial{N: 2, Values: map[string]string{"x": "1"}, State: Paused, Move: Random, Curve: curve(1, 2, 0.9), Seconds: 4}
	if a = Next(p, append(history, guess, other)); a.Kind != Continue || a.Trial != 1 || !strings.Contains(a.Why, "has shown the target") {
		t.Fatalf("a paused trial at the target: %+v", a)
	}
	history[0].Seconds = 5
	if a = Next(p, history); a.Until != 0 {
		t.Fatalf("a training of five seconds is not cut: %+v", a)
	}
}

// A model that reached the target through its lineage asks for its source,
// trained cold; where that does not reach it, the model is handed over as such.
func TestLineage(t *testing.T) {
	high, low := 0.95, 0.6
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 3}, Version: Version, Params: []Param{number("epochs", "fit", "1", 1, 300, true)}}
	history := []Trial{{Values: map[string]string{}, Score: &low}, {N: 1, Values: map[string]string{"fit.epochs": "40"}, Score: &high, Samples: 1000, Lineage: true}}
	a := Next(p, history)
	if a.Kind != Confirm || *a.Parent != 1 || !strings.Contains(a.Why, "lineage") {
		t.Fatalf("got %+v", a)
	}
	cold := Trial{N: 2, Values: history[1].Values, Score: &high, Samples: 1000}
	if a = Next(p, append(history, cold)); a.Verdict != "reached" || a.ByModel {
		t.Fatalf("the source reaches it too: %+v", a)
	}
	cold.Score = &low
	if a = Next(p, append(history, cold)); a.Verdict != "reached" || !a.ByModel || *a.Parent != 1 {
		t.Fatalf("only the model reaches it: %+v", a)
	}
}

// What breaks a constraint is not reached, by source or by model, and comes
// behind what breaks none.
func TestBroken(t *testing.T) {
	high, low := 0.95, 0.6
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 3}, Version: Version, Params: []Param{number("epochs", "fit", "1", 1, 300, true)}}
	history := []Trial{{State: Done, Values: map[string]string{}, Score: &high, Broken: true, Samples: 1000}}
	a := Next(p, history)
	if a.Kind != Start {
		t.Fatalf("got %+v", a)
	}
	history = append(history, Trial{N: 1, State: Done, Values: a.Values, Score: &low, Samples: 1000},
		Trial{N: 2, State: Done, Values: map[string]string{"fit.epochs": "9"}, Score: &high, Samples: 1000, Lineage: true, Broken: true})
	if top := ranked(armsOf(history), p.Goal); top[0].trials[0].N != 1 {
		t.Errorf("trial %d is the best", top[0].trials[0].N)
	}
	if a = Next(p, history); a.Kind != Stop || a.Verdict != "exhausted" {
		t.Fatalf("got %+v", a)
	}
	p.Goal.Best, p.Budget.Trials = true, 1
	if a = Next(p, history[:1]); a.Kind != Stop || a.Verdict != "exhausted" {
		t.Fatalf("the best breaks a constraint: %+v", a)
	}
}

// A loss is minimised, confirmed by seeds since there is no formula for its noise.
func TestMinimise(t *testing.T) {
	high, low := 0.9, 0.1
	p := Problem{Goal: Goal{Target: 0.2, Metric: "loss", Minimise: true}, Budget: Budget{Trials: 9}, Version: Version,
		Params: []Param{number("epochs", "fit", "1", 1, 300, true)}}
	if a := Next(p, []Trial{{Score: &high}}); a.Kind != Start {
		t.Fatalf("got %+v", a)
	}
	history := []Trial{{Score: &low}}
	for seed := range int64(2) {
		a := Next(p, history)
		if a.Kind != Confirm || a.Seed != seed+1 {
			t.Fatalf("got %+v", a)
		}
		history = append(history, Trial{N: len(history), Score: &low})
	}
	if a := Next(p, history); a.Verdict != "reached" {
		t.Fatalf("got %+v", a)
	}
}

// The best within a budget goes on behind the target, and keeps what it needs to
// confirm.
func TestBest(t *testing.T) {
	high, low := 0.9, 0.7
	p := Problem{Goal: Goal{Target: 0.8, Best: true}, Budget: Budget{Trials: 5}, Version: Version,
		Params: []Param{number("epochs", "fit", "1", 1, 300, true)}}
	history := []Trial{{Score: &high, Samples: 1000, Values: map[string]string{}}}
	for len(history) < 5 {
		a := Next(p, history)
		if want := len(history) >= 3; (a.Kind == Confirm) != want {
			t.Fatalf("after %d trials: %+v", len(history), a)
		}
		score := &low
		if a.Kind == Confirm {
			score = &high
		}
		history = append(history, Trial{N: len(history), Values: a.Values, Score: score, Samples: 1000})
	}
	if a := Next(p, history); a.Verdict != "reached" || *a.Parent != 0 {
		t.Fatalf("got %+v", a)
	}
}

// Recipes that won here come first; untried ones keep their order.
func TestTallies(t *testing.T) {
	all := []Recipe{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	sorted := proven(all, map[Move]Tally{"recipe: a": {Tries: 4, Cost: 6}, "recipe: c": {Tries: 2, Hits: 2, Cost: 1}})
	if sorted[0].Name != "c" || sorted[1].Name != "b" || sorted[2].Name != "a" {
		t.Fatalf("got %v", sorted)
	}
}

// What a frozen trial has shown is said where the search ends with less.
func TestFrozenAhead(t *testing.T) {
	p := Problem{Goal: Goal{Target: 0.9}, Budget: Budget{Trials: 9, Seconds: 10}, Version: Version, Resumable: true,
		Params: []Param{number("learning_rate", "torch.optim.Adam", "0.001", 1e-6, 1, false)}}
	curve := func(epochs int, value float64) (points []Point) {
		for e := 1; e <= epochs; e++ {
			points = append(points, Point{Epoch: e, Values: map[string]float64{"val_accuracy": value}})
		}
		return points
	}
	own := 0.1
	history := []Trial{{State: Done, Score: &own, Curve: curve(30, 0.1), Seconds: 8},
		{N: 1, State: Paused, Curve: curve(10, 0.7), Seconds: 3, Values: map[string]string{"torch.optim.Adam.learning_rate": "0.01"}}}
	a := Next(p, history)
	if a.Kind != Stop || !strings.HasSuffix(a.Why, "; trial 1, which was frozen after 10 epochs, had shown 0.700 by then") {
		t.Errorf("%+v", a)
	}
	history[1].Curve = curve(10, 0.05)
	if a := Next(p, history); a.Kind != Stop || strings.Contains(a.Why, "frozen") {
		t.Errorf("%+v", a)
	}
}
