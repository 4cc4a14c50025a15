package search

import (
	"cmp"
	"slices"
	"strings"
)

// A Move says where a trial's values come from: a kind, and behind ": " the
// name of a recipe or a diagnosis.
type Move string

const (
	Repair    Move = "repair" // values outside what usually works, moved into it
	Diagnosis Move = "diagnosis"
	FromBook  Move = "recipe"
	Random    Move = "random"
	Variation Move = "variation" // of one of the best
	Estimator Move = "estimator" // another one, as a last resort
)

func (m Move) named(name string) Move { return m + ": " + Move(name) }

// Kind is the move without its name.
func (m Move) Kind() Move {
	kind, _, _ := strings.Cut(string(m), ": ")
	return Move(kind)
}

// guess tells whether a move comes from knowledge and not from chance.
func (m Move) guess() bool {
	return m.Kind() == Repair || m.Kind() == Diagnosis || m.Kind() == FromBook
}

// A Tally is what a move did in earlier runs.
type Tally struct {
	Tries int     `json:"tries"`
	Hits  int     `json:"hits"` // trials that won their run
	Cost  float64 `json:"cost"` // in trainings of the user's own code
}

// rate is hits for each training, before any was seen one for one.
func (t Tally) rate() float64 { return float64(1+t.Hits) / (1 + t.Cost) }

// proven sorts recipes by what they did here; without a tally the book's order
// stays.
func proven(recipes []Recipe, tallies map[Move]Tally) []Recipe {
	sorted := slices.Clone(recipes)
	rate := func(r Recipe) float64 { return tallies[FromBook.named(r.Name)].rate() }
	slices.SortStableFunc(sorted, func(a, b Recipe) int { return cmp.Compare(rate(b), rate(a)) })
	return sorted
}
