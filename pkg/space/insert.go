package space

import (
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// insert offers an argument that the call leaves to its default.
func (f *finder) insert(id, owner string, a arg, c *pysrc.Call) {
	value := strings.ReplaceAll(a.fallback, "'", f.quote())
	a, ok := domain(a, value)
	at, before, after, room := f.room(c)
	if !ok && len(a.choices) == 0 || !room {
		return
	}
	t := Tunable{ID: id, File: f.m.Name, Name: a.name, Kind: "inserted", Value: value, Role: a.role, Owner: owner,
		Place: pysrc.Range{Start: at, End: at}, Before: before + a.name + "=", After: after}
	if len(a.choices) == 0 {
		f.found = append(f.found, t.within(a))
		return
	}
	for _, choice := range a.choices {
		t.Choices = append(t.Choices, strings.ReplaceAll(choice, "'", f.quote()))
	}
	f.found = append(f.found, t)
}

// room is where a further keyword argument goes and what stands around it: at
// the end of the call or, where a comment is in the way, before the keywords;
// on a line of its own where the arguments stand on theirs.
func (f *finder) room(c *pysrc.Call) (at int, before, after string, ok bool) {
	if len(c.Args) == 1 && len(c.Keywords) == 0 {
		if g, ok := c.Args[0].(*pysrc.Comp); ok && g.Kind == "generator" {
			return 0, "", "", false // f(x for x in y) takes no further argument
		}
	}
	src := string(f.m.File.Src)
	begin, end := c.Open+1, c.Open+1 // of the last argument
	add := func(r pysrc.Range) {
		if r.End > end {
			begin, end = r.Start, r.End
		}
	}
	for _, e := range c.Args {
		add(e.Span())
	}
	for _, k := range c.Keywords {
		add(k.Range)
	}
	for _, comment := range f.m.File.Comments {
		if comment.Start >= end && comment.Start < c.Close {
			if len(c.Keywords) == 0 {
				return 0, "", "", false
			}
			first := c.Keywords[0].Start
			return first, "", "," + between(src, first), true
		}
	}
	inner := strings.TrimRight(src[c.Open+1:c.Close], " \t\r\n\\")
	at = c.Open + 1 + len(inner)
	gap := between(src, begin)
	switch {
	case len(c.Args)+len(c.Keywords) == 0:
		return at, "", "", true
	case strings.HasSuffix(inner, ",") && gap != " ":
		return at, gap, ",", true
	case strings.HasSuffix(inner, ","):
		return at, " ", "", true
	}
	return at, "," + gap, "", true
}

// quote is the quotation mark that the file's author prefers.
func (f *finder) quote() string {
	single, double := 0, 0
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		if s, ok := n.(*pysrc.String); ok {
			switch f.m.File.Src[s.Start] {
			case '\'':
				single++
			case '"':
				double++
			}
		}
		return true
	})
	if double > single {
		return `"`
	}
	return "'"
}
