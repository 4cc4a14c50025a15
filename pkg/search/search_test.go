package search

import (
	"math"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestFirstIsTheUsersCode(t *testing.T) {
	a := Next(Problem{Budget: Budget{Trials: 5}}, nil)
	if a.Kind != Start || len(a.Values) != 0 {
		t.Fatalf("got %+v", a)
	}
}

// space draws a problem as inspect could find it.
func space(t *rapid.T) Problem {
	p := Problem{Goal: Goal{Target: 0.8}, Seed: rapid.Int64Min(0).Draw(t, "seed"),
		Budget: Budget{Trials: rapid.IntRange(1, 30).Draw(t, "trials")}, Version: Version}
	roles := []string{"learning_rate", "epochs", "width", "dropout", "C", "gamma", "other"}
	for i := range rapid.IntRange(0, 5).Draw(t, "params") {
		low := rapid.Float64Range(1e-6, 1).Draw(t, "low")
		param := Param{ID: strconv.Itoa(i), Role: rapid.SampledFrom(roles).Draw(t, "role"), Kind: Number, Low: low,
			High: low * rapid.Float64Range(2, 1e5).Draw(t, "factor"), Log: rapid.Bool().Draw(t, "log")}
		if rapid.Bool().Draw(t, "int") {
			param.Int, param.Low, param.High = true, math.Ceil(param.Low), math.Ceil(param.High)+1
		}
		if rapid.Bool().Draw(t, "choice") {
			param.Kind, param.Choices = Choice, []string{"'a'", "'relu'", "'b'"}
			param.Value = "'a'"
		} else {
			param.Value = param.format(param.Low)
		}
		p.Params = append(p.Params, param)
	}
	return p
}

// A whole run keeps every promise: lawful values, no configuration twice, an
// end within the budget, and the same journal gives the same next trial.
func TestRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := space(t)
		scores := rapid.SliceOfN(rapid.Float64Range(0, 0.85), p.Budget.Trials, p.Budget.Trials).Draw(t, "scores")
		samples := rapid.SampledFrom([]int{0, 50, 1000}).Draw(t, "samples")
		var history []Trial
		tried := map[string]bool{}
		for {
			a := Next(p, history)
			if b := Next(p, history); !reflect.DeepEqual(a, b) {
				t.Fatalf("same history, other action: %+v, %+v", a, b)
			}
			if a.Kind == Stop {
				checkStop(t, p, history, a)
				return
			}
			if len(history) >= p.Budget.Trials {
				t.Fatal("the budget is overdrawn")
			}
			if tried[key(a.Values)] != (a.Kind == Confirm) {
				t.Fatalf("%s of %v, tried before: %v", a.Kind, a.Values, tried[key(a.Values)])
			}
			if a.Kind == Confirm && (a.Seed == 0 || !reflect.DeepEqual(a.Values, history[*a.Parent].Values)) {
				t.Fatalf("%+v does not confirm its parent", a)
			}
			tried[key(a.Values)] = true
			for _, param := range p.Params {
				checkValue(t, param, a.Values)
			}
			score := scores[len(history)]
			trial := Trial{N: len(history), Values: a.Values, State: Done, Score: &score, Samples: samples, Seconds: 1}
			if score < 0.1 {
				trial.State, trial.Score = Failed, nil
			}
			history = append(history, trial)
		}
	})
}

// checkStop holds a verdict to what it claims.
func checkStop(t *rapid.T, p Problem, history []Trial, a Action) {
	won := false
	failed := map[string]bool{} // a seed that fails confirms nothing
	for _, trial := range history {
		failed[key(trial.Values)] = failed[key(trial.Values)] || trial.State == Failed
	}
	for _, trial := range history {
		c := Confirmation(history, trial.N)
		won = won || trial.Score != nil && !failed[key(trial.Values)] && c.Mean >= p.Goal.Target &&
			(c.N > 1 || c.Mean-p.Goal.Target >= p.Goal.noise(p.Goal.Target, trial.Samples))
	}
	if a.Verdict == "reached" && !won {
		t.Fatalf("reached without a winner: %+v", history)
	}
	if last := history[len(history)-1]; a.Verdict == "exhausted" && won && !failed[key(last.Values)] && Confirmation(history, len(history)-1).Mean >= p.Goal.Target {
		t.Fatalf("exhausted with a winner: %+v", history)
	}
}

func checkValue(t *rapid.T, p Param, values map[string]string) {
	text, ok := values[p.ID]
	if !ok {
		return
	}
	if p.Kind == Choice {
		if text != "'a'" && text != "'relu'" && text != "'b'" {
			t.Fatalf("%q is no choice", text)
		}
		return
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < p.Low || v > p.High || (p.Int && v != math.Trunc(v)) {
		t.Fatalf("%q is outside [%g, %g], int %v", text, p.Low, p.High, p.Int)
	}
}

// The classic defects are mended by the first guess.
func TestFirstGuess(t *testing.T) {
	for _, c := range []struct {
		param Param
		want  string
	}{
		{Param{ID: "x", Role: "learning_rate", Model: "keras.optimizers.Adam", Kind: Number, Low: 1e-6, High: 1, Log: true, Value: "1e-6"}, "0.001"},
		{Param{ID: "x", Role: "epochs", Kind: Number, Low: 1, High: 200, Int: true, Value: "1"}, "40"},
		{Param{ID: "x", Role: "steps", Model: "range", Kind: Number, Low: 1, High: 10000, Int: true, Value: "10"}, "1000"},
		{Param{ID: "x", Role: "gamma", Model: "sklearn.svm.SVC", Kind: Number, Low: 1e-6, High: 10, Log: true, Value: "0.1"}, "0.001"},
		{Param{ID: "x", Role: "learning_rate", Model: "xgboost.train", Kind: Number, Low: 1e-4, High: 1, Log: true, Value: "0.0001"}, "0.3"},
		{Param{ID: "x", Role: "rounds", Model: "xgboost.train", Kind: Number, Low: 1, High: 1000, Int: true, Value: "1"}, "100"},
	} {
		score := 0.2
		a := Next(Problem{Params: []Param{c.param}, Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 5}},
			[]Trial{{State: Done, Score: &score, Values: map[string]string{}}})
		if got := a.Values["x"]; got != c.want {
			t.Errorf("%s %s: got %q (%s), want %s", c.param.Role, c.param.Value, got, a.Why, c.want)
		}
	}
}

// However many steps of all rows a loop takes, none but a curve says that they are too many.
func TestManySteps(t *testing.T) {
	for _, own := range []string{"1000", "5000", "20000"} {
		if found := repairs([]Param{number("steps", "range", own, 1, 20000, true)}); len(found) > 0 {
			t.Errorf("%s steps: %s", own, found[0].why)
		}
	}
}

// Held-out data decides about the target, validation data guides.
func TestJudge(t *testing.T) {
	high, low := 0.9, 0.5
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 9},
		Params: []Param{{ID: "x", Role: "epochs", Kind: Number, Low: 1, High: 200, Int: true, Value: "1"}}}
	if a := Next(p, []Trial{{State: Done, Score: &high, Judge: &low}}); a.Kind == Stop {
		t.Errorf("validation alone reached the target: %+v", a)
	}
	if a := Next(p, []Trial{{State: Done, Score: &low, Judge: &high}}); a.Verdict != "reached" {
		t.Errorf("held-out data at the target: %+v", a)
	}
}
