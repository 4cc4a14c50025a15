package pysrc

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestFactsOutsideDamage damages one statement of a file and looks whether the
// facts of all others survive, shifted.
func TestFactsOutsideDamage(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "train.py"))
	if err != nil {
		t.Fatal(err)
	}
	lines := simpleStatements(Parse(src))
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(lines).Draw(t, "statement").Span()
		damaged := damage(t, src[r.Start:r.End])
		shift := len(damaged) - (r.End - r.Start)
		got := Parse(slices.Concat(src[:r.Start], damaged, src[r.End:]))

		inside := func(f Fact) bool { return f.Start >= r.Start && f.Start < r.Start+len(damaged) }
		have := map[Fact]bool{}
		for _, f := range got.Facts() {
			have[f] = true
		}
		for _, f := range Parse(src).Facts() {
			if f.Start >= r.Start && f.End <= r.End {
				continue
			}
			if f.Start >= r.End {
				f.Start += shift
				f.End += shift
			}
			if !have[f] && !inside(f) {
				t.Fatalf("%q became %q: lost %s in line %d", src[r.Start:r.End], damaged, f.Kind, got.Line(f.Start))
			}
			delete(have, f)
		}
		for f := range have {
			if !inside(f) {
				t.Fatalf("%q became %q: false %s in line %d", src[r.Start:r.End], damaged, f.Kind, got.Line(f.Start))
			}
		}
	})
}

// damage removes a bracket, cuts the end off, or inserts a bracket or a quote.
func damage(t *rapid.T, statement []byte) []byte {
	at := rapid.IntRange(0, len(statement)-1).Draw(t, "at")
	switch rapid.IntRange(0, 2).Draw(t, "damage") {
	case 0:
		brackets := indexes(statement, "()[]{}")
		if len(brackets) == 0 {
			return statement
		}
		i := rapid.SampledFrom(brackets).Draw(t, "bracket")
		return slices.Delete(bytes.Clone(statement), i, i+1)
	case 1:
		return statement[:at+1]
	}
	insert := rapid.SampledFrom([]string{"(", "[", "{", ")", "]", "}", "'", `"`, `"""`}).Draw(t, "insert")
	return slices.Insert(bytes.Clone(statement), at, []byte(insert)...)
}

func indexes(src []byte, chars string) []int {
	var at []int
	for i, c := range src {
		if bytes.IndexByte([]byte(chars), c) >= 0 {
			at = append(at, i)
		}
	}
	return at
}

// simpleStatements lists the statements that hold no others.
func simpleStatements(f *File) []Stmt {
	var found []Stmt
	Walk(f, func(n Node) bool {
		switch n := n.(type) {
		case *Assign, *ExprStmt, *Import, *ImportFrom, *Simple:
			if s := n.Span(); s.End-s.Start > 4 {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}
