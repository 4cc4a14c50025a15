package search

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func number(role, model, value string, low, high float64, whole bool) Param {
	return Param{ID: model + "." + role, Role: role, Model: model, Kind: Number, Log: low > 0, Int: whole, Low: low, High: high, Value: value}
}

func choice(role, model, value string, choices ...string) Param {
	return Param{ID: model + "." + role, Role: role, Model: model, Kind: Choice, Choices: choices, Value: value}
}

// play runs a search on a surface until it stops, and returns what was tried.
func play(p Problem, surface func(read func(role string) float64, has func(role, word string) bool) (float64, []Point)) ([]Trial, Action) {
	var history []Trial
	for {
		a := Next(p, history)
		if a.Kind == Stop {
			return history, a
		}
		read := func(role string) float64 {
			for _, param := range p.Params {
				if param.Role == role {
					v, _ := param.in(a.Values).value()
					return v
				}
			}
			return math.NaN()
		}
		has := func(role, word string) bool {
			for _, param := range p.Params {
				if param.Role == role {
					return strings.Contains(param.in(a.Values).Value, word)
				}
			}
			return false
		}
		score, curve := surface(read, has)
		history = append(history, Trial{N: len(history), Values: a.Values, State: Done, Score: &score, Curve: curve, Seconds: 1, Move: a.Move})
	}
}

// network is the surface of a network trained by gradient descent: progress is
// rate times steps until it saturates, too high a rate diverges, the width
// bounds what can be learned.
func network(best float64) func(func(string) float64, func(string, string) bool) (float64, []Point) {
	return func(read func(string) float64, has func(string, string) bool) (float64, []Point) {
		rate, epochs, width, dropout := read("learning_rate"), int(read("epochs")), read("width"), read("dropout")
		if math.IsNaN(dropout) {
			dropout = 0
		}
		limit := best * (1 - math.Exp(-width/12)) * (1 - max(0, dropout-0.5))
		if has("activation", "sigmoid") {
			rate /= 30
		}
		var curve []Point
		acc := 0.1
		for e := 1; e <= epochs; e++ {
			acc = 0.1 + (limit-0.1)*(1-math.Exp(-200*rate*float64(e)))
			loss := 2.3 * (1 - acc)
			if rate > 0.05 {
				acc, loss = 0.1, math.Inf(1)
			}
			curve = append(curve, Point{Epoch: e, Values: map[string]float64{"accuracy": acc, "loss": loss}})
		}
		return acc, curve
	}
}

// Each script has a classic defect or two; the first few trials mend it.
func TestDefectsAreMended(t *testing.T) {
	adam := func(rate, epochs, width, dropout, activation string) []Param {
		return []Param{
			number("learning_rate", "keras.optimizers.Adam", rate, 1e-6, 1, false),
			number("epochs", "keras.Model.fit", epochs, 1, 300, true),
			number("width", "keras.layers.Dense", width, 1, 1024, true),
			number("dropout", "keras.layers.Dropout", dropout, 0, 0.9, false),
			choice("activation", "keras.layers.Dense", activation, "'relu'", "'tanh'", "'sigmoid'"),
		}
	}
	for name, params := range map[string][]Param{
		"tiny rate":           adam("1e-6", "20", "64", "0.2", "'relu'"),
		"huge rate":           adam("0.5", "20", "64", "0.2", "'relu'"),
		"one epoch":           adam("0.001", "1", "64", "0.2", "'relu'"),
		"two units":           adam("0.001", "20", "2", "0.2", "'relu'"),
		"dropout":             adam("0.001", "20", "64", "0.9", "'relu'"),
		"sigmoid":             adam("0.001", "15", "64", "0.0", "'sigmoid'"),
		"units and epochs":    adam("0.001", "2", "2", "0.0", "'relu'"),
		"rate, units, epochs": adam("1e-5", "2", "4", "0.9", "'sigmoid'"),
	} {
		t.Run(name, func(t *testing.T) {
			p := Problem{Params: params, Family: "keras", Model: "mlp", Goal: Goal{Target: 0.85}, Budget: Budget{Trials: 20}, Version: Version}
			history, end := play(p, network(0.97))
			if end.Verdict != "reached" || len(history) > 3 {
				for _, trial := range history {
					t.Logf("%d %v %.3f", trial.N, trial.Values, *trial.Score)
				}
				t.Fatalf("%s after %d trials", end.Verdict, len(history))
			}
			if *history[0].Score >= p.Goal.Target {
				t.Fatal("the script has no defect")
			}
		})
	}
}

// Where the target is beyond the first guesses the search goes on from the best.
func TestGoesOnFromTheBest(t *testing.T) {
	p := Problem{Model: "mlp", Goal: Goal{Target: 0.95}, Budget: Budget{Trials: 20}, Version: Version, Params: []Param{
		number("learning_rate", "torch.optim.SGD", "0.01", 1e-6, 1, false), number("epochs", "loop", "15", 1, 500, true),
		number("width", "torch.nn.Linear", "32", 1, 1024, true)}}
	history, end := play(p, network(0.96))
	if end.Verdict != "reached" {
		t.Fatalf("%s after %d trials", end.Why, len(history))
	}
}

func TestUnreachable(t *testing.T) {
	p := Problem{Model: "mlp", Goal: Goal{Target: 0.99}, Budget: Budget{Trials: 12}, Version: Version, Params: []Param{
		number("learning_rate", "torch.optim.Adam", "0.001", 1e-6, 1, false), number("epochs", "loop", "15", 1, 500, true),
		number("width", "torch.nn.Linear", "32", 1, 1024, true)}}
	history, end := play(p, network(0.9))
	if end.Verdict != "exhausted" || len(history) != 12 {
		t.Fatalf("%s after %d trials", end.Verdict, len(history))
	}
}

func TestDiagnosis(t *testing.T) {
	curve := func(name string, values ...float64) (points []Point) {
		for i, v := range values {
			points = append(points, Point{Epoch: i + 1, Values: map[string]float64{name: v}})
		}
		return points
	}
	both := curve("accuracy", 0.6, 0.8, 0.9, 0.98)
	for i := range both {
		both[i].Values["val_accuracy"] = 0.6
	}
	learned := curve("accuracy", 0.8, 0.99, 1, 1, 1, 1)
	for i, v := range []float64{0.6, 0.62, 0.6, 0.6, 0.61, 0.62} { // one or two samples of a hundred
		learned[i].Values["val_accuracy"] = v
	}
	score := 0.5
	params := []Param{number("learning_rate", "torch.optim.Adam", "0.001", 1e-6, 1, false), number("epochs", "loop", "20", 1, 500, true),
		number("width", "torch.nn.Linear", "64", 1, 1024, true), number("dropout", "torch.nn.Dropout", "0.1", 0, 0.9, false)}
	for _, c := range []struct {
		name  string
		trial Trial
		why   string
		id    string
		want  string
	}{
		{"diverged", Trial{Curve: curve("loss", 2, 50, 900)}, "diverged", "torch.optim.Adam.learning_rate", "0.0001"},
		{"chance", Trial{Chance: 0.5}, "chance", "torch.optim.Adam.learning_rate", "0.01"},
		{"rising", Trial{Curve: curve("val_accuracy", 0.1, 0.3, 0.5)}, "still improving", "loop.epochs", "60"},
		{"loss falls", Trial{Curve: curve("loss", 2, 1.5, 1.2)}, "still improving", "loop.epochs", "60"},
		{"overfit", Trial{Curve: both}, "regularise", "torch.nn.Dropout.dropout", "0.4"},
		{"learned by heart", Trial{Curve: learned}, "regularise", "torch.nn.Dropout.dropout", "0.4"},
		{"noisy", Trial{Curve: curve("val_accuracy", 0.5, 0.5, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4)}, "jumps by 0.200", "torch.optim.Adam.learning_rate", "0.0003"},
		{"plateau", Trial{Curve: curve("val_accuracy", 0.3, 0.5, 0.5, 0.5, 0.5, 0.5)}, "no gain over the last of 6 epochs", "torch.optim.Adam.learning_rate", "0.0003"},
		{"underfit", Trial{Curve: curve("accuracy", 0.5, 0.6, 0.6, 0.6)}, "wide", "torch.nn.Linear.width", "256"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.trial.Score, c.trial.State = &score, Done
			a := Next(Problem{Params: params, Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 9}}, []Trial{c.trial})
			if !strings.Contains(a.Why, c.why) || a.Values[c.id] != c.want || len(a.Values) != 1 {
				t.Fatalf("got %+v", a)
			}
		})
	}
}

// A network that learns by heart and has no dropout gets some, then more; it is
// neither trained longer nor made larger.
func TestOverfit(t *testing.T) {
	score := 0.6
	var curve []Point
	for e := 1; e <= 9; e++ {
		curve = append(curve, Point{Epoch: e, Values: map[string]float64{"accuracy": 0.95, "val_accuracy": 0.6}})
	}
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 4}, Params: []Param{number("epochs", "fit", "30", 1, 300, true),
		choice("dropout_layer", "keras.Sequential", "", "", "Dropout(0.2)", "Dropout(0.5)"), choice("layers", "keras.Sequential", "", "", "Dense(32)")}}
	history := []Trial{{State: Done, Score: &score, Curve: curve}}
	for _, want := range []string{"Dropout(0.2)", "Dropout(0.5)"} {
		a := Next(p, history)
		if a.Values["keras.Sequential.dropout_layer"] != want || a.Values["fit.epochs"] != "" {
			t.Fatalf("want %s: %+v", want, a)
		}
		better := *history[len(history)-1].Score + 0.01
		history = append(history, Trial{N: len(history), Values: a.Values, State: Done, Score: &better, Curve: curve})
	}
	if a := Next(p, history); a.Move.Kind() == Diagnosis {
		t.Fatalf("trained longer, or a larger one: %+v", a)
	}
}

// Within the noise of the evaluation set a winner is trained again.
func TestConfirm(t *testing.T) {
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 9}, Params: []Param{number("epochs", "fit", "1", 1, 300, true)}}
	lucky, worse, better, clear := 0.82, 0.77, 0.81, 0.9
	won := Trial{Score: &lucky, Samples: 100, State: Done}
	if a := Next(p, []Trial{won}); a.Kind != Confirm || a.Seed != 1 || *a.Parent != 0 {
		t.Fatalf("a lead of 0.02 on 100 samples: %+v", a)
	}
	if a := Next(p, []Trial{{Score: &clear, Samples: 100}}); a.Verdict != "reached" {
		t.Fatalf("a lead of 0.1 on 100 samples: %+v", a)
	}
	unknown := []Trial{{Score: &lucky, State: Done}}
	if a := Next(p, unknown); a.Kind != Confirm || !strings.Contains(a.Why, "unknown") {
		t.Fatalf("a lead of 0.02 on samples that nobody counted: %+v", a)
	}
	unknown[0].Score = &clear
	if a := Next(p, unknown); a.Verdict != "reached" {
		t.Fatalf("a lead of 0.1 on samples that nobody counted: %+v", a)
	}
	twice := []Trial{won, {N: 1, Score: &better}}
	if a := Next(p, twice); a.Kind != Confirm || a.Seed != 2 {
		t.Fatalf("two seeds of three: %+v", a)
	}
	if a := Next(p, append(twice, Trial{N: 2, Score: &better})); a.Verdict != "reached" || *a.Parent != 0 {
		t.Fatalf("confirmed: %+v", a)
	}
	history := []Trial{won, {N: 1, Score: &worse}}
	if a := Next(p, history); a.Kind != Start {
		t.Fatalf("not confirmed: %+v", a)
	}
	if a := Next(p, []Trial{won, {N: 1, State: Failed}}); a.Kind != Start {
		t.Fatalf("the other seed failed: %+v", a)
	}
	p.Budget.Trials = 2
	if a := Next(p, history); a.Verdict != "exhausted" || !strings.Contains(a.Why, "luck") {
		t.Fatalf("got %+v", a)
	}
	c := Confirmation(history, 1)
	if c.N != 2 || math.Abs(c.Mean-0.795) > 1e-12 || math.Abs(c.SD-0.05/math.Sqrt2) > 1e-12 {
		t.Fatalf("got %+v", c)
	}
}

// A candidate costs no more than the time that is left.
func TestAfford(t *testing.T) {
	score := 0.3
	p := Problem{Goal: Goal{Target: 0.8}, Budget: Budget{Trials: 9, Seconds: 100}, Params: []Param{number("epochs", "fit", "2", 1, 300, true)}}
	a := Next(p, []Trial{{State: Done, Score: &score, Seconds: 10}})
	if a.Values["fit.epochs"] != "18" { // 90 s left at 5 s an epoch
		t.Fatalf("got %+v", a)
	}
	if a := Next(p, []Trial{{State: Done, Score: &score, Seconds: 100}}); a.Kind != Stop {
		t.Fatalf("got %+v", a)
	}
	p.Warm = true // what is cut short goes on from a model
	if a := Next(p, []Trial{{State: Done, Score: &score, Seconds: 10}}); !a.Warm || *a.Parent != 0 {
		t.Fatalf("got %+v", a)
	}
}

// A network is grown from the best model where the first guesses are used up,
// and only where its trainings can start from one.
func TestGrown(t *testing.T) {
	p := Problem{Model: "mlp", Goal: Goal{Target: 0.95}, Budget: Budget{Trials: 20}, Version: Version, Params: []Param{
		number("learning_rate", "keras.optimizers.Adam", "0.001", 1e-6, 1, false), number("epochs", "fit", "15", 1, 60, true),
		choice("layers", "keras.Sequential", "", "", "Dense(32)")}}
	for _, p.Warm = range []bool{false, true} {
		history, _ := play(p, network(0.9))
		i := slices.IndexFunc(history, func(t Trial) bool { return t.Move == Diagnosis.named("deeper") })
		if i < 0 {
			t.Fatalf("no layer is added in %d trials", len(history))
		}
		a := Next(p, history[:i])
		best := ranked(armsOf(history[:i]), p.Goal)[0].trials[0].N
		if a.Warm != p.Warm || *a.Parent != best || a.Until != 0 {
			t.Fatalf("warm %v: %+v, the best is %d", p.Warm, a, best)
		}
	}
}

// A sane program keeps its values: nothing is repaired.
func TestSaneValuesStay(t *testing.T) {
	for _, p := range []Param{
		number("learning_rate", "torch.optim.SGD", "0.05", 1e-6, 1, false),
		number("learning_rate", "keras.optimizers.SGD", "0.01", 1e-6, 1, false),
		number("learning_rate", "xgboost.train", "0.1", 1e-4, 1, false),
		number("neighbors", "sklearn.neighbors.KNeighborsClassifier", "7", 1, 100, true),
		number("gamma", "sklearn.svm.SVC", "'auto'", 1e-6, 10, false),
		choice("optimizer", "keras.Model.compile", "'rmsprop'", "'adam'", "'rmsprop'"),
		choice("activation", "keras.layers.Dense", "'tanh'", "'relu'", "'tanh'"),
	} {
		if r, ok := repairOf(p); ok {
			t.Errorf("%s %s of %s: %s", p.Role, p.Value, p.Model, r.why)
		}
	}
}
