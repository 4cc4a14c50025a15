// Package tweak turns the values of a trial into byte edits of the committed
// sources, and refuses an edit that would change anything else.
package tweak

import (
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/run"
)

// A Result is a tweaked program.
type Result struct {
	Files   map[string][]byte // the files that differ from the commit
	Changes []run.Change
}

// change is one edit of one file.
type change struct {
	tunable inspect.Tunable
	text    string // what replaces the tunable's place
	shown   string
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
		if value == t.Value {
			continue
		}
		byFile[t.File] = append(byFile[t.File], changeOf(t, value, names))
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
		sort.SliceStable(changes, func(i, j int) bool { return changes[i].tunable.Place.Start < changes[j].tunable.Place.Start })
		if r.Files[name], err = apply(src, changes); err != nil {
			return Result{}, fmt.Errorf("%s: %w", name, err)
		}
		for _, c := range changes {
			from := c.tunable.Value
			if c.tunable.Kind == "inserted" || c.tunable.Move != nil {
				from = "" // nothing stood there
			}
			r.Changes = append(r.Changes, run.Change{Tunable: c.tunable.ID, File: name, Line: c.tunable.Line, From: from, To: c.shown})
		}
	}
	return r, nil
}

func changeOf(t inspect.Tunable, value string, names func(string) string) change {
	if t.Move != nil {
		value = strings.ReplaceAll(value, "%NAME%", names("dense"))
		return change{t, t.Before + value + t.After, value}
	}
	shown := value
	if t.Kind == "inserted" {
		shown = t.Name + "=" + value
	}
	return change{t, t.Before + value + t.After, shown}
}

// apply edits a file and holds the result to the rule: every fact of the source
// outside the edits stays, shifted, and nothing that could be read before
// cannot be read now.
func apply(src []byte, changes []change) ([]byte, error) {
	var out []byte
	at := 0
	for _, c := range changes {
		place := c.tunable.Place
		if place.Start < at || place.End > len(src) {
			return nil, fmt.Errorf("the tweak of %s overlaps another", c.tunable.ID)
		}
		out = append(append(out, src[at:place.Start]...), c.text...)
		at = place.End
	}
	out = append(out, src[at:]...)
	return out, verify(src, out, changes)
}

func verify(src, out []byte, changes []change) error {
	before, after := pysrc.Parse(src), pysrc.Parse(out)
	if len(after.Problems) > len(before.Problems) {
		return fmt.Errorf("the tweak of %s would break line %d", changes[0].tunable.ID, after.Problems[0].Line)
	}
	have := map[pysrc.Fact]bool{}
	for _, f := range after.Facts() {
		have[f] = true
	}
	for _, f := range before.Facts() {
		moved, kept := shift(f, changes)
		if kept && !have[moved] {
			return fmt.Errorf("the tweak would change line %d as well, and is refused", before.Line(f.Start))
		}
	}
	return nil
}

// shift maps a fact to its place after the edits; kept is false for facts
// inside a replaced range.
func shift(f pysrc.Fact, changes []change) (moved pysrc.Fact, kept bool) {
	start, end := f.Start, f.End
	for _, c := range changes {
		place, grown := c.tunable.Place, len(c.text)-(c.tunable.Place.End-c.tunable.Place.Start)
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
