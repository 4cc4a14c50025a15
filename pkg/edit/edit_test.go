package edit

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestApply(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edits []Edit
		want  string
	}{
		{"none", nil, "abcdef"},
		{"replace", []Edit{{1, 3, "XYZ"}}, "aXYZdef"},
		{"any order", []Edit{{4, 6, ""}, {0, 1, "A"}}, "Abcd"},
		{"insert at the ends", []Edit{{0, 0, "<"}, {6, 6, ">"}}, "<abcdef>"},
		{"insertions in order", []Edit{{2, 2, "1"}, {2, 2, "2"}, {2, 3, "C"}, {2, 2, "3"}}, "ab123Cdef"},
		{"touching", []Edit{{2, 4, "x"}, {0, 2, "y"}, {4, 4, "z"}}, "yxzef"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := []byte("abcdef")
			got, err := Apply(src, tt.edits...)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if string(src) != "abcdef" {
				t.Errorf("the source became %q", src)
			}
		})
	}
}

func TestRefusal(t *testing.T) {
	for _, tt := range []struct {
		edits []Edit
		want  string
	}{
		{[]Edit{{1, 3, ""}, {2, 4, ""}}, "overlaps"},
		{[]Edit{{1, 3, ""}, {2, 2, "x"}}, "overlaps"},
		{[]Edit{{1, 3, ""}, {1, 3, ""}}, "overlaps"},
		{[]Edit{{-1, 0, ""}}, "outside"},
		{[]Edit{{6, 7, ""}}, "outside"},
		{[]Edit{{3, 2, ""}}, "outside"},
	} {
		if _, err := Apply([]byte("abcdef"), tt.edits...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Apply %v: got error %v, want one with %q", tt.edits, err, tt.want)
		}
		if _, err := Undo([]byte("abcdef"), tt.edits...); err == nil {
			t.Errorf("Undo %v: no error", tt.edits)
		}
	}
	if _, err := Rebase([]Edit{{2, 4, "x"}}, []Edit{{3, 3, "y"}}); err == nil {
		t.Error("Rebase into a replaced range: no error")
	}
}

// draw makes a text and edits of it that do not overlap.
func draw(t *rapid.T) ([]byte, []Edit) {
	src := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "text")
	points := rapid.SliceOfN(rapid.IntRange(0, len(src)), 0, 12).Draw(t, "points")
	slices.Sort(points)
	var edits []Edit
	for i := 0; i+1 < len(points); i += 2 {
		edits = append(edits, Edit{points[i], points[i+1], rapid.StringN(0, 5, -1).Draw(t, "new")})
	}
	return src, edits
}

func TestUndoRestores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src, edits := draw(t)
		edited, err := Apply(src, edits...)
		if err != nil {
			t.Fatal(err)
		}
		undo, err := Undo(src, edits...)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Apply(edited, undo...)
		if err != nil || string(back) != string(src) {
			t.Fatalf("undo made %q of %q, %v", back, src, err)
		}
	})
}

// TestRebaseInSteps holds that edits made in two steps give the same text as
// in one.
func TestRebaseInSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src, edits := draw(t)
		n := rapid.IntRange(0, len(edits)).Draw(t, "first step")
		whole, err := Apply(src, edits...)
		if err != nil {
			t.Fatal(err)
		}
		later, err := Rebase(edits[:n], edits[n:])
		if err != nil {
			t.Fatal(err)
		}
		half, err := Apply(src, edits[:n]...)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := Apply(half, later...)
		if err != nil || string(steps) != string(whole) {
			t.Fatalf("in steps %q, at once %q, %v", steps, whole, err)
		}
	})
}

func TestRebaseBefore(t *testing.T) {
	got, err := Rebase([]Edit{{4, 6, "long text"}, {1, 1, "x"}}, []Edit{{0, 1, "A"}, {2, 4, ""}, {6, 6, "end"}})
	want := []Edit{{0, 1, "A"}, {3, 5, ""}, {14, 14, "end"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
