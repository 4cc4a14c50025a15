package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/space"
	"github.com/mlhook/mlhook/pkg/tweak"
)

// A domain is the space of a race and how its values get into the script.
type domain struct {
	axes  []axis
	write func(values map[string]string) (map[string][]byte, error)
}

// same is the space of all that mlhook finds and may tune by default.
func (t *trainer) same(repo string, script []byte) domain {
	d := domain{}
	for _, u := range t.tunables() {
		d.axes = append(d.axes, axis{u.ID, u.Role, u.Low, u.High, u.Scale == "log", u.Int, u.Choices, u.Value})
	}
	d.write = func(values map[string]string) (map[string][]byte, error) {
		files := map[string][]byte{filepath.Base(t.program.Entry): script}
		if len(values) == 0 {
			return files, nil
		}
		layers := 0
		made, err := tweak.Make(t.program, os.DirFS(repo), values, func(base string) string {
			layers++
			return fmt.Sprintf("mlhook_%s_%d", base, layers)
		})
		maps.Copy(files, made.Files)
		return files, err
	}
	return d
}

// lines counts the lines of the script that hold what was set: those that a user
// has to change by hand before a tuner can set them.
func (d domain) lines(script string, set map[string]string) int {
	old, touched := strings.Split(script, "\n"), map[int]bool{}
	for id, value := range set {
		files, err := d.write(map[string]string{id: value})
		if err != nil {
			continue // it was no value for the script
		}
		for _, text := range files {
			if string(text) == script {
				continue
			}
			from, to := changed(old, strings.Split(string(text), "\n"))
			for line := from; line < max(to, from+1); line++ { // an inserted one is touched too
				touched[line] = true
			}
		}
	}
	return len(touched)
}

// changed is the range of the old lines that the new ones replace.
func changed(old, new []string) (from, to int) {
	for from < min(len(old), len(new)) && old[from] == new[from] {
		from++
	}
	for to = len(old); to > from && to-len(old)+len(new) > from && old[to-1] == new[to-1-len(old)+len(new)]; to-- {
	}
	return from, to
}

func (t *trainer) tunables() []space.Tunable {
	return slices.DeleteFunc(slices.Clone(t.program.Tunables), func(u space.Tunable) bool { return !t.settings.Allows(u.Kind) })
}

// most is how many recipes a peer is given.
const most = 8

// recipes are the settings that mlhook's search would try of its book when the
// user's own code failed and nothing helped: what a peer can be given.
func (t *trainer) recipes(target float64, seed int64) (all []map[string]string) {
	p := search.Problem{Family: t.program.Family, Model: t.program.Model, Goal: search.Goal{Target: target}, Seed: seed,
		Version: search.Version, Budget: search.Budget{Trials: 100}}
	for _, u := range t.tunables() {
		kind := search.Number
		if len(u.Choices) > 0 {
			kind = search.Choice
		}
		p.Params = append(p.Params, search.Param{ID: u.ID, Role: u.Role, Model: u.Owner, Kind: kind, Log: u.Scale == "log", Int: u.Int,
			Low: u.Low, High: u.High, Choices: u.Choices, Value: u.Value, Insert: u.Kind == "inserted"})
	}
	bad := 0.0
	history := []search.Trial{{State: search.Done, Values: map[string]string{}, Score: &bad, Seconds: 1}}
	for len(all) < most && len(history) < 3*most {
		a := search.Next(p, history)
		if a.Kind != search.Start {
			break
		}
		if kind := a.Move.Kind(); kind == search.FromBook || kind == search.Repair {
			all = append(all, a.Values)
		}
		history = append(history, search.Trial{N: len(history), Values: a.Values, State: search.Done, Score: &bad, Seconds: 1, Move: a.Move})
	}
	return all
}
