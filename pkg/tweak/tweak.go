// Package tweak turns the values of a trial into byte edits of the committed
// sources, and refuses an edit that would change anything else.
package tweak

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/space"
)

// A Result is a tweaked program.
type Result struct {
	Files   map[string][]byte // the files that differ from the commit
	Changes []run.Change
}

// A step is what one tunable does to a file: all of its edits or none.
type step struct {
	tunable space.Tunable
	edits   []edit.Edit // of the committed source
	change  run.Change
}

// Make edits the committed sources so that the tunables have the given values;
// those without a value stay as they are. names draws a unique name for an
// added layer.
func Make(p *inspect.Program, sources fs.FS, values map[string]string, names func(base string) string) (Result, error) {
	byFile := map[string][]step{}
	gone := removed(p.Tunables, values)
	known := 0
	for _, t := range p.Tunables {
		value, ok := values[t.ID]
		if !ok {
			continue
		}
		known++
		if value == t.Value || swapped(p.Tunables, t.Unless, values) {
			continue
		}
		s, err := stepOf(t, value, values, names)
		if err != nil {
			return Result{}, err
		}
		if !within(s, gone[t.File]) {
			byFile[t.File] = append(byFile[t.File], s)
		}
	}
	if known != len(values) {
		return Result{}, fmt.Errorf("%d of %d values belong to no tunable of this program", len(values)-known, len(values))
	}
	r := Result{Files: map[string][]byte{}}
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		src, err := fs.ReadFile(sources, name)
		if err != nil {
			return Result{}, fmt.Errorf("read %s: %w", name, err)
		}
		steps := byFile[name]
		slices.SortStableFunc(steps, func(a, b step) int { return a.tunable.Place.Start - b.tunable.Place.Start })
		if r.Files[name], err = applyTo(name, src, steps); err != nil {
			return Result{}, fmt.Errorf("%s: %w", name, err)
		}
		for _, s := range steps {
			r.Changes = append(r.Changes, s.change)
		}
	}
	return r, nil
}

// single tells whether a text is one expression and nothing else.
func single(value string) bool {
	f := pysrc.Parse([]byte(value))
	if len(f.Problems) > 0 || len(f.Body) != 1 {
		return false
	}
	x, ok := f.Body[0].(*pysrc.ExprStmt)
	if !ok || x.X.Span() != (pysrc.Range{Start: 0, End: len(value)}) {
		return false
	}
	_, tuple := x.X.(*pysrc.Tuple)
	return !tuple || value[0] == '('
}

// swapped tells whether the values change a choice.
func swapped(tunables []space.Tunable, id string, values map[string]string) bool {
	value, ok := values[id]
	return ok && slices.ContainsFunc(tunables, func(t space.Tunable) bool { return t.ID == id && t.Value != value })
}

// removed are the ranges that the values take away, by file.
func removed(tunables []space.Tunable, values map[string]string) map[string][]edit.Edit {
	gone := map[string][]edit.Edit{}
	for _, t := range tunables {
		if t.Move != nil && t.Move.Kind == "remove" {
			gone[t.File] = append(gone[t.File], t.Move.Edits[values[t.ID]]...)
		}
	}
	return gone
}

// within tells whether a step edits what is removed anyway.
func within(s step, gone []edit.Edit) bool {
	first := s.edits[0]
	return slices.ContainsFunc(gone, func(g edit.Edit) bool { return first.Start > g.Start && first.End < g.End })
}

// stepOf are the edits of one tunable: its place and those coupled with it.
func stepOf(t space.Tunable, value string, values map[string]string, names func(string) string) (step, error) {
	s := step{tunable: t, change: run.Change{Tunable: t.ID, File: t.File, Cell: t.Cell, Line: t.Line, From: t.Value, To: value}}
	if !single(value) {
		return s, fmt.Errorf("the tweak of %s is refused: %q is not one Python expression", t.ID, value)
	}
	if t.Move != nil {
		return s, s.move(value, values, names)
	}
	s.edits = []edit.Edit{{Start: t.Place.Start, End: t.Place.End, New: t.Before + value + t.After}}
	for _, place := range t.Also {
		s.edits = append(s.edits, edit.Edit{Start: place.Start, End: place.End, New: value})
	}
	switch t.Kind {
	case "inserted": // nothing stood there
		s.change.From, s.change.To = "", t.Name+"="+value
	case "number", "choice":
		s.change.Name = t.Name
	}
	return s, nil
}

var mark = regexp.MustCompile(`%NAME\d*%|%\{([^|]*)\|([^}]*)\}`)

// move fills in the names of the layers that a move adds, and the widths that
// they share with others.
func (s *step) move(value string, values map[string]string, names func(string) string) error {
	m := s.tunable.Move
	edits, ok := m.Edits[value]
	if !ok {
		return fmt.Errorf("the tweak of %s is refused: %q is none of its choices", s.tunable.ID, value)
	}
	drawn := map[string]string{}
	fill := func(text string) string {
		return mark.ReplaceAllStringFunc(text, func(found string) string {
			if parts := mark.FindStringSubmatch(found); parts[1] != "" {
				return cmp.Or(values[parts[1]], parts[2])
			}
			if drawn[found] == "" {
				drawn[found] = names(m.Base)
			}
			return drawn[found]
		})
	}
	for _, e := range edits {
		e.New = fill(e.New)
		s.edits = append(s.edits, e)
	}
	switch {
	case m.Kind == "remove":
		s.change.From, s.change.To = m.Removed, ""
	case m.Style != "call":
		s.change.To = strings.Trim(s.edits[0].New, ", \t\r\n")
	}
	return nil
}

// fresh are the edits of a step that are still to be made: an import may be
// there already, and what is inserted into a call behind another argument
// needs a comma.
func fresh(made []edit.Edit, s step) (edits []edit.Edit) {
	for _, e := range s.edits {
		if slices.Contains(made, e) && e.Start == e.End {
			continue
		}
		before := slices.ContainsFunc(made, func(m edit.Edit) bool { return m.Start == m.End && m.Start == e.Start })
		inserted := s.tunable.Kind == "inserted" || s.tunable.Move != nil && s.tunable.Move.Style == "call" && s.tunable.Move.Kind == "insert"
		if before && inserted && e.Start == e.End && s.tunable.After == "" {
			e.New = ", " + strings.TrimLeft(e.New, ", ")
		}
		edits = append(edits, e)
	}
	return edits
}

// applyTo edits a file of the program.
func applyTo(name string, src []byte, steps []step) ([]byte, error) {
	if project.IsNotebook(name) {
		return applyToNotebook(src, steps)
	}
	return apply(src, steps, func([]edit.Edit, []byte) error { return nil })
}

// apply edits a source, one tunable after the other, and holds each result to
// the rule: every fact of the source outside the edits stays, shifted, nothing
// that could be read before cannot be read now, and the edits can be taken
// back. done sees the edits of each tunable, which speak about the text before
// them, and the text behind them.
func apply(src []byte, steps []step, done func(edits []edit.Edit, text []byte) error) ([]byte, error) {
	var made []edit.Edit
	now := pysrc.Parse(src)
	for _, s := range steps {
		edits := fresh(made, s)
		rebased, err := edit.Rebase(made, edits)
		if err == nil {
			nest(made, edits, rebased)
			now, err = applied(now, rebased)
		}
		if err == nil {
			err = done(rebased, now.Src)
		}
		if err != nil {
			return nil, fmt.Errorf("the tweak of %s is refused: %w", s.tunable.ID, err)
		}
		made = append(made, edits...)
	}
	return now.Src, nil
}

// nest puts brackets around the brackets that are there: what Rebase puts behind
// another opening bracket goes before it.
func nest(made, edits, rebased []edit.Edit) {
	opens := func(e edit.Edit) bool { return e.Start == e.End && strings.HasSuffix(e.New, "(") }
	for i, e := range edits {
		for _, m := range made {
			if opens(e) && opens(m) && m.Start == e.Start {
				rebased[i].Start -= len(m.New)
				rebased[i].End -= len(m.New)
			}
		}
	}
}

func applied(before *pysrc.File, edits []edit.Edit) (*pysrc.File, error) {
	out, err := edit.Apply(before.Src, edits...)
	if err != nil {
		return nil, err
	}
	undo, err := edit.Undo(before.Src, edits...)
	if err != nil {
		return nil, err
	}
	if back, err := edit.Apply(out, undo...); err != nil || !bytes.Equal(back, before.Src) {
		return nil, errors.Join(errors.New("it could not be taken back"), err)
	}
	after := pysrc.Parse(out)
	if len(after.Problems) > len(before.Problems) {
		return nil, fmt.Errorf("it would break line %d", after.Problems[0].Line)
	}
	have := map[pysrc.Fact]bool{}
	for _, f := range after.Facts() {
		have[f] = true
	}
	for _, f := range before.Facts() {
		moved, kept := shift(f, edits)
		if kept && !have[moved] && !have[grown(f, moved, edits)] {
			return nil, fmt.Errorf("it would change line %d as well", before.Line(f.Start))
		}
	}
	return after, nil
}

// shift maps a fact to its place after the edits; kept is false for facts
// inside a replaced range.
func shift(f pysrc.Fact, edits []edit.Edit) (moved pysrc.Fact, kept bool) {
	moved = f
	for _, e := range edits {
		growth := len(e.New) - (e.End - e.Start)
		if f.Start >= e.Start && f.End <= e.End && e.Start < e.End {
			return f, false
		}
		if f.Start >= e.End {
			moved.Start += growth
		}
		if f.End >= e.End && !(f.End == e.Start && e.Start == e.End) {
			moved.End += growth
		}
	}
	return moved, true
}

// grown is a fact that takes in what is put in brackets at its ends: in
// self.fc(x).relu() the attribute begins where a bracket around the first call does.
func grown(f, moved pysrc.Fact, edits []edit.Edit) pysrc.Fact {
	if f.Kind == "number" || f.Kind == "string" || f.Kind == "constant" {
		return moved
	}
	for _, e := range edits {
		if e.Start < e.End {
			continue
		}
		if e.Start == f.Start && strings.HasSuffix(e.New, "(") {
			moved.Start -= len(e.New)
		}
		if e.Start == f.End && strings.HasSuffix(e.New, ")") {
			moved.End += len(e.New)
		}
	}
	return moved
}
