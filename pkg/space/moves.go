package space

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A layer is one of a model.
type layer struct {
	call  *pysrc.Call // what makes it; nil for what is no call
	owner string
	place pysrc.Range // the element or the statement that it is
	// The variables that a functional chain hands on.
	from, to string
}

// A model is a run of layers as the source writes them. insert puts layers
// behind the i-th, which is not the last, remove takes away the i-th, neither
// the first nor the last; both say where they cannot.
type model struct {
	id, style, owner string
	layers           []layer
	insert           func(i int, texts ...string) (edit.Edit, bool)
	remove           func(i int) (edit.Edit, bool)
}

// last is the last layer of an owner, -1 for none.
func (m model) last(owners ...string) int {
	for i, l := range slices.Backward(m.layers) {
		if slices.Contains(owners, l.owner) {
			return i
		}
	}
	return -1
}

// before is the layer whose output the i-th takes, -1 for none.
func (m model) before(i int) int {
	if m.style != "chain" {
		return i - 1
	}
	for j := i - 1; j >= 0; j-- {
		if m.layers[j].to == m.layers[i].from {
			return j
		}
	}
	return -1
}

// widest is the width from which on a layer between two of it costs too much.
const widest = 1024

// moves offers the architecture moves of the file.
func (f *finder) moves() {
	f.swaps()
	f.sizes()
	if f.fixed() {
		return
	}
	for _, m := range f.kerasModels() {
		f.kerasMoves(m)
	}
	for _, m := range f.torchModels() {
		f.torchMoves(m)
	}
	for _, m := range f.classes() {
		f.moduleMoves(m)
	}
}

// fixed tells whether the file depends on the layers that its models have: it
// picks some by their place, or loads weights that it did not save itself.
func (f *finder) fixed() bool {
	fixed, loads, saves := false, false, false
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Subscript:
			a, ok := n.Value.(*pysrc.Attribute)
			fixed = fixed || ok && a.Attr == "layers"
		case *pysrc.Call:
			switch project.Last(project.Dotted(n.Func)) {
			case "get_layer":
				fixed = true
			case "pop":
				fixed = fixed || len(n.Args)+len(n.Keywords) == 0
			case "load_weights", "set_weights", "load_state_dict":
				loads = true
			case "save", "save_weights", "get_weights", "state_dict", "ModelCheckpoint":
				saves = true
			}
		}
		return true
	})
	return fixed || loads && !saves
}

// An option is a choice of a move with its edits.
type option struct {
	text  string
	edits []edit.Edit
}

// move offers an architecture move, where it has an option at all.
func (f *finder) move(m model, role string, move Move, options ...option) {
	choices := []string{""}
	move.Style, move.Edits = m.style, map[string][]edit.Edit{}
	for _, o := range options {
		text := plainWidths(o.text)
		choices = append(choices, text)
		move.Edits[text] = o.edits
	}
	if len(options) == 0 {
		return
	}
	at := options[0].edits[0]
	id := fmt.Sprintf("%s:%s", m.id, role)
	if move.Kind == "remove" {
		id = fmt.Sprintf("%s#%d", id, f.ordinal[id])
		f.ordinal[m.id+":remove"]++
		at.Start = at.End
	}
	f.found = append(f.found, Tunable{ID: id, File: f.m.Name, Name: role, Kind: "architecture",
		Choices: choices, Role: role, Owner: m.owner, Place: pysrc.Range{Start: at.Start, End: at.End}, Move: &move})
}

// removal offers to take away the i-th layer.
func (f *finder) removal(m model, i int) {
	if e, ok := m.remove(i); ok {
		f.move(m, "remove", Move{Kind: "remove", Removed: f.m.File.Text(m.layers[i].call)}, option{"remove", []edit.Edit{e}})
	}
}

var widthMark = regexp.MustCompile(`%\{[^|]*\|([^}]*)\}`)

// plainWidths writes the user's own widths for the marks of Move.Edits.
func plainWidths(text string) string { return widthMark.ReplaceAllString(text, "$1") }

// width is how an added layer writes the width that an expression has: a name
// as the user does, a number by the tunable that may change it.
func (f *finder) width(e pysrc.Expr) (string, bool) {
	at, ok := f.m.Number(e, f.modules)
	if value, number := literal(at.Text); !ok || !number || value > widest {
		return "", false
	}
	if name := project.Dotted(e); name != "" {
		return name, true
	}
	if _, ok := e.(*pysrc.Number); !ok {
		return "", false
	}
	for _, t := range f.found {
		if t.File == f.m.Name && t.Kind == "number" && (t.Place == e.Span() || slices.Contains(t.Also, e.Span())) {
			return fmt.Sprintf("%%{%s|%s}", t.ID, at.Text), true
		}
	}
	return at.Text, true
}

// name is the mark for the name of the i-th layer that a move adds.
func name(i int) string {
	if i == 0 {
		return "%NAME%"
	}
	return fmt.Sprintf("%%NAME%d%%", i+1)
}

// listed are the elements of a tuple or a list; another expression stands alone, and
// none where there is none.
func listed(e pysrc.Expr) []pysrc.Expr {
	if e == nil {
		return nil
	}
	if all, ok := project.Elements(e); ok {
		return all
	}
	return []pysrc.Expr{e}
}
