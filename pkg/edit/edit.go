// Package edit replaces ranges of bytes in a text, and takes it back.
//
// A list of edits speaks about one text: all offsets are those of the text
// before any edit of the list is made, whatever their order. Edits must not
// overlap; insertions at one point come out in the order of the list.
package edit

import (
	"cmp"
	"fmt"
	"slices"
)

// An Edit replaces the bytes from Start to End by New. It inserts where Start
// equals End and deletes where New is empty.
type Edit struct {
	Start, End int
	New        string
}

// growth is how many bytes the text gains.
func (e Edit) growth() int { return len(e.New) - (e.End - e.Start) }

// Apply returns src with the edits made. It leaves src alone and refuses edits
// that overlap or lie outside of it.
func Apply(src []byte, edits ...Edit) ([]byte, error) {
	edits, err := sorted(len(src), edits)
	if err != nil {
		return nil, err
	}
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(out, src[at:e.Start]...)
		out = append(out, e.New...)
		at = e.End
	}
	return append(out, src[at:]...), nil
}

// Undo returns the edits that turn the result of Apply(src, edits...) back
// into src.
func Undo(src []byte, edits ...Edit) ([]Edit, error) {
	edits, err := sorted(len(src), edits)
	if err != nil {
		return nil, err
	}
	undo := make([]Edit, len(edits))
	shift := 0
	for i, e := range edits {
		start := e.Start + shift
		undo[i] = Edit{start, start + len(e.New), string(src[e.Start:e.End])}
		shift += e.growth()
	}
	return join(undo), nil
}

// join makes one edit of those that touch, which could not be told apart from
// insertions at the same point.
func join(edits []Edit) []Edit {
	var joined []Edit
	for _, e := range edits {
		if last := len(joined) - 1; last >= 0 && joined[last].End == e.Start {
			joined[last].End = e.End
			joined[last].New += e.New
			continue
		}
		joined = append(joined, e)
	}
	return joined
}

// Rebase says what later edits, which speak about the same text as the made
// ones, have to be once those are made. It refuses an edit that meets a made
// one; an insertion at the point of another comes behind it.
func Rebase(made, later []Edit) ([]Edit, error) {
	rebased := make([]Edit, len(later))
	for i, e := range later {
		shift := 0
		for _, m := range made {
			switch {
			case m.End <= e.Start:
				shift += m.growth()
			case m.Start < e.End:
				return nil, fmt.Errorf("edit of bytes %d-%d meets an earlier one of bytes %d-%d: find its place in the edited text", e.Start, e.End, m.Start, m.End)
			}
		}
		rebased[i] = Edit{e.Start + shift, e.End + shift, e.New}
	}
	return rebased, nil
}

// sorted returns the edits in the order of the text, or says what is wrong.
func sorted(size int, edits []Edit) ([]Edit, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(min(a.End, a.Start+1), min(b.End, b.Start+1)))
	})
	at := 0
	for i, e := range edits {
		if e.Start < 0 || e.End < e.Start || e.End > size {
			return nil, fmt.Errorf("edit of bytes %d-%d lies outside of the text of %d bytes", e.Start, e.End, size)
		}
		if i > 0 && e.Start < at {
			return nil, fmt.Errorf("edit of bytes %d-%d overlaps one of bytes %d-%d: make them one edit", e.Start, e.End, edits[i-1].Start, edits[i-1].End)
		}
		at = e.End
	}
	return edits, nil
}
