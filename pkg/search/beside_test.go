package search

import "testing"

// What is trained beside running trials is what comes after them if they bring nothing.
func TestBeside(t *testing.T) {
	p := Problem{Family: "sklearn", Model: "svm", Goal: Goal{Target: 0.9}, Budget: Budget{Trials: 12}, Version: Version,
		Params: []Param{number("C", "sklearn.svm.SVC", "0.001", 1e-4, 1e4, false), number("gamma", "sklearn.svm.SVC", "5", 1e-6, 100, false)}}
	done := func(n int, values map[string]string, score float64) Trial {
		return Trial{N: n, Values: values, State: Done, Score: &score, Samples: 100, Seconds: 1}
	}
	running := func(n int, a Action) Trial { return Trial{N: n, Values: a.Values, State: Running} }

	first := Next(p, nil)
	if a := Next(p, []Trial{running(0, first)}); a.Kind != Start || a.Move != Repair {
		t.Errorf("beside the user's own code: %+v", a)
	}
	history := []Trial{done(0, first.Values, 0.4)}
	for n := 1; n < 4; n++ {
		a := Next(p, history)
		if a.Kind != Start || tried(armsOf(history), a.Values) {
			t.Fatalf("beside %d others: %+v", n-1, a)
		}
		history = append(history, running(n, a))
	}

	sure := append([]Trial{}, history...)
	sure[2] = done(2, history[2].Values, 0.99)
	if a := Next(p, sure); a.Kind != Stop || a.Verdict != "reached" || *a.Parent != 2 {
		t.Errorf("a hit while others run: %+v", a)
	}

	luck := append([]Trial{}, history...)
	luck[1] = done(1, history[1].Values, 0.91)
	for n := int64(1); n < seeds; n++ {
		a := Next(p, luck)
		if a.Kind != Confirm || a.Seed != n {
			t.Fatalf("confirmation %d: %+v", n, a)
		}
		luck = append(luck, running(len(luck), a))
	}
	if a := Next(p, luck); a.Kind != Wait {
		t.Errorf("while all seeds are trained: %+v", a)
	}

	p.Budget.Trials = len(luck)
	luck[len(luck)-2] = done(len(luck)-2, luck[1].Values, 0.92)
	if a := Next(p, luck); a.Kind != Wait {
		t.Errorf("the last seed counts as well: %+v", a)
	}
	model := []Trial{history[0], done(1, history[1].Values, 0.99), running(2, Action{Values: history[1].Values})}
	model[1].Lineage, p.Budget.Trials = true, len(model)
	if a := Next(p, model); a.Kind != Wait {
		t.Errorf("a model is at the target, and its source is being trained: %+v", a)
	}
	p.Goal.Best, p.Budget.Trials = true, len(sure)
	if a := Next(p, sure); a.Kind != Wait {
		t.Errorf("the best is not known while trials run: %+v", a)
	}
	p.Budget.Trials = len(sure) + seeds - 1 // the rest is for seeds of the best
	if a := Next(p, sure); a.Kind != Wait {
		t.Errorf("one that runs may become the best: %+v", a)
	}
	for _, n := range []int{1, 3} {
		sure[n] = done(n, sure[n].Values, 0.5)
	}
	for n := int64(1); n < seeds; n++ {
		a := Next(p, sure)
		if a.Kind != Confirm || *a.Parent != 2 || a.Seed != n {
			t.Fatalf("seed %d of the best: %+v", n, a)
		}
		sure = append(sure, running(len(sure), a))
	}
	p.Goal.Best = false

	p.Budget.Trials = len(history)
	if a := Next(p, history); a.Kind != Wait {
		t.Errorf("nothing is exhausted while trials run: %+v", a)
	}
	slow := append([]Trial{}, history...)
	slow[0].Seconds, slow[0].Curve = 100, []Point{{Epoch: 30}}
	p.Budget.Trials, p.Resumable = 12, true
	if a := Next(p, slow); a.Kind != Wait {
		t.Errorf("trainings that are cut at rungs are compared one after the other: %+v", a)
	}
}
