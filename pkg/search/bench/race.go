package main

import (
	"fmt"
	"strconv"

	"github.com/mlhook/mlhook/pkg/search"
)

// cap60 is the budget of a race, in full trainings.
const cap60 = 60

// A cost is what it took to see a target.
type cost struct {
	Full    float64 `json:"full"`   // simulated seconds, in full trainings of the task
	Epochs  float64 `json:"epochs"` // epochs, in full trainings
	Trials  int     `json:"trials"`
	Reached bool    `json:"reached"`
}

// A knowledge is what mlhook knows before a race.
type knowledge struct {
	name    string
	recipes func(setup) []search.Recipe // nil: its own
	blind   bool                        // the roles of parameters are hidden, so that nothing but recipes is known
}

// problem puts the space into the words of the search. Blind roles match the
// recipes' and nothing else.
func problem(s setup, k knowledge, target float64) search.Problem {
	p := search.Problem{Family: "torch", Model: "mlp", Goal: search.Goal{Target: target}, Seed: int64(source("search", s.Task, s.Family, s.Seed).Uint64() >> 1), Version: search.Version,
		Budget: search.Budget{Trials: 10000}, Resumable: true}
	if k.recipes != nil {
		p.Recipes = k.recipes(s)
	}
	for i, a := range axes {
		role := a.role
		if k.blind {
			role = a.name + " (blind)"
		}
		p.Params = append(p.Params, search.Param{ID: a.name, Role: role, Model: "torch", Kind: search.Number, Log: a.log, Int: a.whole,
			Low: a.low, High: a.high, Value: a.text(s.Incumbent[i])})
	}
	return p
}

// recipe writes a configuration as one, by blind roles.
func recipe(name string, c config) search.Recipe {
	r := search.Recipe{Name: name, Numbers: map[string]float64{}}
	for i, a := range axes {
		r.Numbers[a.name+" (blind)"] = c[i]
	}
	return r
}

// race lets the search drive the surrogate until the target is seen.
func race(tr trainer, s setup, k knowledge, target float64) (c cost, err error) {
	p := problem(s, k, target)
	own, err := tr.train(s.Incumbent, 1, epochs)
	if err != nil {
		return c, err
	}
	history := []search.Trial{{State: search.Done, Values: map[string]string{}, Seconds: own.seconds * epochs}}
	see(&history[0], own.accuracy)
	for {
		a := search.Next(p, history)
		at := len(history)
		switch a.Kind {
		case search.Start:
			history = append(history, search.Trial{N: at, Values: a.Values, State: search.Paused, Move: a.Move})
		case search.Continue:
			at = a.Trial
		default:
			return c, fmt.Errorf("the search ended the race: %s", a.Why)
		}
		t := &history[at]
		to := a.Until
		if to == 0 {
			to, t.State = epochs, search.Done
		}
		slice, err := tr.train(values(s.Incumbent, a.Values), len(t.Curve)+1, to)
		if err != nil {
			return c, err
		}
		c.Trials = len(history) - 1
		for _, y := range slice.accuracy {
			c.Full += slice.seconds / s.Unit
			c.Epochs += 1.0 / epochs
			if c.Reached = y >= target; c.Reached || c.Full >= cap60 {
				return c, nil
			}
		}
		t.Seconds += slice.seconds * float64(len(slice.accuracy))
		see(t, slice.accuracy)
	}
}

// see adds epochs to a trial's curve.
func see(t *search.Trial, curve []float64) {
	for _, y := range curve {
		t.Curve = append(t.Curve, search.Point{Epoch: len(t.Curve) + 1, Values: map[string]float64{"val_accuracy": y}})
	}
	if t.State == search.Done {
		last := t.Curve[len(t.Curve)-1].Values["val_accuracy"]
		t.Score = &last
	}
}

// values is the incumbent with the search's changes.
func values(c config, changed map[string]string) config {
	for i, a := range axes {
		if text, ok := changed[a.name]; ok {
			c[i], _ = strconv.ParseFloat(text, 64) // the search's own writing
		}
	}
	return c
}
