// Package tweak turns the values of a trial into byte edits of the committed
// sources, and refuses an edit that would change anything else.
package tweak

import (
	"fmt"
	"io/fs"
	"sort"
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

// change is one edit of one file.
type change struct {
	tunable space.Tunable
	place   pysrc.Range
	text    string // what replaces the place
	shown   string
	coupled bool // it follows from another change of the same tunable
}

// Make edits the committed sources so that the tunables have the given values;
// those without a value stay as they are. names draws a unique name for an
// added layer.
func Make(p *inspect.Program, sources fs.FS, values map[string]string, names func(base string) string) (Result, error) {
	byFile := map[string][]change{}
	known := 0
	for _, t := range p.Tunables {
		value, ok := values[t.ID]
		if !ok {
			continue
		}
		known++
		if value == t.Value || t.Move != nil && value == "" {
			continue
		}
		if !single(value) {
			return Result{}, fmt.Errorf("the tweak of %s is refused: %q is not one Python expression", t.ID, value)
		}
		byFile[t.File] = append(byFile[t.File], changesOf(t, value, names)...)
	}
	if known != len(values) {
		return Result{}, fmt.Errorf("%d of %d values belong to no tunable of this program", len(values)-known, len(values))
	}
	r := Result{Files: map[string][]byte{}}
	var files []string
	for name := range byFile {
		files = append(files, name)
	}
	sort.Strings(files)
	for _, name := range files {
		src, err := fs.ReadFile(sources, name)
		if err != nil {
			return Result{}, fmt.Errorf("read %s: %w", name, err)
		}
		changes := byFile[name]
		sort.SliceStable(changes, func(i, j int) bool { return changes[i].place.Start < changes[j].place.Start })
		edit := apply
		if project.IsNotebook(name) {
			edit = applyToNotebook
		}
		if r.Files[name], err = edit(src, changes); err != nil {
			return Result{}, fmt.Errorf("%s: %w", name, err)
		}
		for _, c := range changes {
			if c.coupled {
				continue
			}
			from := c.tunable.Value
			if c.tunable.Kind == "inserted" || c.tunable.Move != nil {
				from = "" // nothing stood there
			}
			r.Changes = append(r.Changes, run.Change{Tunable: c.tunable.ID, File: name, Cell: c.tunable.Cell, Line: c.tunable.Line, From: from, To: c.shown})
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

// changesOf are the edits of one tunable: its place and those coupled with it.
func changesOf(t space.Tunable, value string, names func(string) string) []change {
	if t.Move != nil {
		value = strings.ReplaceAll(value, "%NAME%", names("dense"))
	}
	shown := value
	if t.Kind == "inserted" {
		shown = t.Name + "=" + value
	}
	changes := []change{{tunable: t, place: t.Place, text: t.Before + value + t.After, shown: shown}}
	for _, place := range t.Also {
		changes = append(changes, change{tunable: t, place: place, text: value, coupled: true})
	}
	return changes
}

// separate puts commas between arguments that are inserted at one point.
func separate(changes []change) {
	for i := 1; i < len(changes); i++ {
		c, before := &changes[i], changes[i-1]
		if c.tunable.Kind == "inserted" && c.tunable.After == "" && c.place == before.place {
			c.text = ", " + strings.TrimLeft(c.text, ", ")
		}
	}
}

// apply edits a file and holds the result to the rule: every fact of the source
// outside the edits stays, shifted, and nothing that could be read before
// cannot be read now.
func apply(src []byte, changes []change) ([]byte, error) {
	separate(changes)
	edits := make([]edit.Edit, len(changes))
	for i, c := range changes {
		edits[i] = edit.Edit{Start: c.place.Start, End: c.place.End, New: c.text}
	}
	out, err := edit.Apply(src, edits...)
	if err == nil {
		err = verify(src, out, changes)
	}
	if err == nil {
		return out, nil
	}
	for _, c := range changes[:len(changes)-1] { // which one is it?
		if _, single := apply(src, []change{c}); single != nil {
			return nil, single
		}
	}
	return nil, fmt.Errorf("the tweak of %s is refused: %w", changes[len(changes)-1].tunable.ID, err)
}

func verify(src, out []byte, changes []change) error {
	before, after := pysrc.Parse(src), pysrc.Parse(out)
	if len(after.Problems) > len(before.Problems) {
		return fmt.Errorf("it would break line %d", after.Problems[0].Line)
	}
	have := map[pysrc.Fact]bool{}
	for _, f := range after.Facts() {
		have[f] = true
	}
	for _, f := range before.Facts() {
		moved, kept := shift(f, changes)
		if kept && !have[moved] {
			return fmt.Errorf("it would change line %d as well", before.Line(f.Start))
		}
	}
	return nil
}

// shift maps a fact to its place after the edits; kept is false for facts
// inside a replaced range.
func shift(f pysrc.Fact, changes []change) (moved pysrc.Fact, kept bool) {
	start, end := f.Start, f.End
	for _, c := range changes {
		place := c.place
		grown := len(c.text) - (place.End - place.Start)
		if f.Start >= place.Start && f.End <= place.End && place.Start < place.End {
			return f, false
		}
		if f.Start >= place.End {
			start += grown
		}
		if f.End >= place.End && !(f.End == place.Start && place.Start == place.End) {
			end += grown
		}
	}
	f.Start, f.End = start, end
	return f, true
}
