// Package space finds the places of a program's source that can be tuned, and
// what each may become: the space that package search searches.
package space

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/run"
)

// A Tunable is a place in the source with a domain and the user's own value.
type Tunable struct {
	ID      string   `json:"id" doc:"stable while the code around it is"`
	File    string   `json:"file" doc:"path within the repository"`
	Cell    *int     `json:"cell" doc:"of a notebook, from 1 among all its cells"`
	Line    int      `json:"line" doc:"from 1, of a notebook within its cell"`
	Name    string   `json:"name" doc:"name of the parameter: learning_rate"`
	Kind    string   `json:"kind" doc:"number, choice, architecture, inserted (an argument that is not written yet), estimator (another class; off unless allowed)"`
	Scale   string   `json:"scale" doc:"log or linear; empty for choices"`
	Value   string   `json:"value" doc:"source text; the framework's default for an inserted one"`
	Low     float64  `json:"low" doc:"least value, in the parameter's own unit; 0 for choices"`
	High    float64  `json:"high" doc:"greatest value, in the parameter's own unit; 0 for choices"`
	Choices []string `json:"choices" doc:"source texts to choose from, of layers that may be added \"\" for none and %NAME% for the name it gets; null for numbers"`

	// Role is the word that recipes go by: learning_rate, epochs, steps (turns of
	// a loop that makes one step in each), batch_size, width, depth, filters,
	// kernel_size, activation, optimizer, loss, dropout,
	// l2, momentum, estimators, max_depth, min_samples, subsample, C, gamma,
	// kernel, neighbors, max_iter, alpha, scaling, init, patience, rounds, solver,
	// optimizer_class.
	//
	// Those of architecture moves: layers (one more hidden layer), conv_layer,
	// dropout_layer, norm_layer (normalisation behind hidden layers), remove.
	// That of a whole model: estimator.
	Role  string `json:"role" doc:"what the value does: learning_rate, epochs, width, dropout, layers ..."`
	Owner string `json:"owner" doc:"canonical name of what takes the value: sklearn.svm.SVC, keras.optimizers.Adam"`
	Int   bool   `json:"int" doc:"only whole numbers make sense"`

	// Place is the byte range that an edit replaces; empty, at the point of
	// insertion, for kind "inserted". Move describes an architecture move.
	Place pysrc.Range `json:"-"`
	// Also are further places of the file that hold the same value and have to
	// change with it: the input width of the layer that follows.
	Also []pysrc.Range `json:"-"`
	// Text goes before and after the value when it is inserted: ", gamma=" and "".
	Before, After string `json:"-"`
	Move          *Move  `json:"-"`
	// Unless is the ID of a choice: where that is not left alone, nothing takes
	// this value any more (the momentum of an optimizer that is swapped).
	Unless string `json:"-"`
	// Length says that the value decides how long is trained, and nothing else:
	// the same training with a greater one begins alike.
	Length bool `json:"-"`
	// Passes says that another model is trained on what the owner gives.
	Passes bool `json:"-"`
}

// A Move describes a tunable whose choices are edits of more than one value:
// an architecture move, whose first choice is "" (leave the model as it is),
// or the swap of a class, or of a whole call, for another.
type Move struct {
	Kind  string // insert, remove, swap
	Style string // how the layers are written: list, add, chain, dict, module; call for the arguments of one
	Base  string // what an added layer is, the middle of its name: dense, conv, dropout, norm
	// Edits are what each choice does, the one that tells most first. "%NAME%",
	// "%NAME2%" ... in them become unique layer names; "%{ID|64}" becomes the
	// value of the tunable ID, whose own value is 64.
	Edits map[string][]edit.Edit
	// Removed is the source text that a removal takes away.
	Removed string
}

// Where names the place of a tunable for a person.
func (t Tunable) Where() string {
	return run.Change{File: t.File, Cell: t.Cell, Line: t.Line}.Where()
}

// Find lists the tunables of a program, in the order of its files. family is
// that of the framework that owns the model.
func Find(program []*project.Module, modules project.Modules, family string) []Tunable {
	var all []Tunable
	seen := survey(program, modules)
	for _, m := range program {
		all = append(all, inModule(m, modules, family, seen)...)
	}
	found := unique(seen.entered(seen.shared(all)))
	for i, t := range found {
		if m := modules[t.File]; m != nil {
			found[i].Line, found[i].Cell = m.Line(t.Place.Start)
			found[i].Length = length(m, t, modules)
		}
	}
	return found
}

// Known tells whether a canonical name takes arguments that can be tuned.
func Known(canonical string) bool {
	_, ok := calls[canonical]
	return ok
}

// unique drops a second tunable at the same place: a constant that two calls use.
func unique(all []Tunable) []Tunable {
	type place struct {
		file string
		at   pysrc.Range
		kind string
	}
	seen := map[place]int{}
	out := []Tunable{}
	for _, t := range all {
		k := place{t.File, t.Place, t.Kind}
		if t.Kind == "inserted" || t.Move != nil {
			k.kind = t.ID
		}
		if i, ok := seen[k]; ok {
			if out[i].Role != t.Role {
				out[i].Role = "" // used in two roles: left alone
			}
			if out[i].Unless != t.Unless {
				out[i].Unless = "" // something takes it still
			}
			out[i].Low, out[i].High, out[i].Int = max(out[i].Low, t.Low), min(out[i].High, t.High), out[i].Int || t.Int
			continue
		}
		seen[k] = len(out)
		out = append(out, t)
	}
	return slices.DeleteFunc(out, func(t Tunable) bool { return t.Role == "" })
}

// literal reads a number as Python writes it.
func literal(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return v, err == nil
}
