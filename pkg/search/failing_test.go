package search

import "testing"

// A value with which trainings only fail is left, also where it is still larger.
func TestFailingValues(t *testing.T) {
	trees := number("estimators", "xgboost.XGBClassifier", "3", 1, 1000, true)
	depth := number("max_depth", "xgboost.XGBClassifier", "2", 1, 64, true)
	p := Problem{Model: "tree", Goal: Goal{Target: 0.9}, Budget: Budget{Trials: 30}, Version: Version, Params: []Param{trees, depth}}
	var history []Trial
	failed := 0
	for {
		a := Next(p, history)
		if a.Kind == Stop {
			break
		}
		score := 0.5
		next := Trial{N: len(history), Values: a.Values, Move: a.Move, State: Done, Score: &score, Samples: 100}
		if v, _ := trees.in(a.Values).value(); v > 50 {
			next.State, next.Score = Failed, nil
			failed++
		}
		history = append(history, next)
	}
	if failed > len(history)/3 || len(history) < 30 {
		t.Errorf("%d of %d trials failed of memory", failed, len(history))
	}
}

// A value that failed beside another's fault is no suspect once it gave a score.
func TestInnocentValue(t *testing.T) {
	own := number("width", "torch.nn.Linear", "16", 1, 1024, true)
	at := func(state TrialState, text string) Trial {
		trial := Trial{State: state, Values: map[string]string{own.ID: text, "other": "1"}}
		if state == Done {
			trial.Score = new(float64)
		}
		return trial
	}
	twice := []Trial{at(Failed, "128"), at(Failed, "256")}
	for _, c := range []struct {
		value   string
		history []Trial
		want    int
	}{
		{"256", twice, 2},
		{"512", twice, 2},
		{"128", twice, 1},
		{"8", twice, 0},
		{"16", twice, 0},
		{"512", append(twice, at(Done, "128")), 0},
		{"512", append(twice, at(Done, "64")), 2},
		{"512", append(twice, Trial{State: Failed, Values: map[string]string{own.ID: "300"}}), proof},
	} {
		if got := fails(own, own.in(map[string]string{own.ID: c.value}), c.history); got != c.want {
			t.Errorf("%s after %d trials: %d", c.value, len(c.history), got)
		}
	}
}
