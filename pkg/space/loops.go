package space

import (
	"fmt"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// loops offers the number of epochs of a loop that trains, and the size of the
// batches that it cuts.
func (f *finder) loops() {
	batch := whole("batch_size", -1, "batch_size", 4, 512)
	seen := map[string]int{}
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		part, ok := node.(*pysrc.Part)
		if !ok {
			return true
		}
		owner, last := lasts(part)
		if last == nil || !f.trainsIn(part) || restarts(part) {
			return true
		}
		n := seen[owner]
		if c := counts(part.Test); owner == "range" && len(c.Args) == 3 { // over batches, without a loop around it
			f.batches(c, n, batch)
			return true
		}
		given := f.m.Value(last, f.modules)
		f.value(fmt.Sprintf("%s:%s#%d:epochs", f.m.Name, owner, n), owner, f.turn(part, given), given)
		pysrc.Walk(part, func(inner pysrc.Node) bool {
			if p, ok := inner.(*pysrc.Part); ok && p != part && p.Keyword == "for" {
				if c := counts(p.Test); c != nil && len(c.Args) == 3 {
					f.batches(c, n, batch)
				}
			}
			return true
		})
		seen[owner]++
		return false // a loop inside is one over batches
	})
}

// turn is what a training's loop counts: epochs, where a loop in it goes through
// batches, or single steps. Where that is not seen it counts epochs, of which there
// are never fewer than the user's own.
func (f *finder) turn(part *pysrc.Part, given project.Value) arg {
	epochs := whole("epochs", -1, "epochs", 1, 500)
	switch f.unitOf(part) {
	case aStep:
		return whole("steps", -1, "steps", 1, 10000)
	case unseen:
		at, _ := given.Literal()
		if own, ok := literal(at.Text); ok && own >= 1 {
			epochs.low, epochs.high = own, max(epochs.high, 10*own)
		}
	}
	return epochs
}

// lasts is how often a loop is run at most, nil where nothing says so: the end of
// a range, or what a while loop counts up to.
func lasts(part *pysrc.Part) (owner string, last pysrc.Expr) {
	switch part.Keyword {
	case "for":
		if c := counts(part.Test); c != nil {
			return "range", end(c.Args[min(1, len(c.Args)-1)])
		}
	case "while":
		return "while", limit(part, part.Test)
	}
	return "", nil
}

// limit is what a name stays below that the body of a while loop adds 1 to.
func limit(part *pysrc.Part, test pysrc.Expr) pysrc.Expr {
	b, ok := test.(*pysrc.Binary)
	switch {
	case !ok:
		return nil
	case b.Op == "and":
		if x := limit(part, b.X); x != nil {
			return x
		}
		return limit(part, b.Y)
	case b.Op != "<" && b.Op != "<=":
		return nil
	}
	for _, s := range part.Body {
		a, ok := s.(*pysrc.Assign)
		if ok && a.Op == "+=" && project.Dotted(a.Targets[0]) == project.Dotted(b.X) && project.Dotted(b.X) != "" {
			return b.Y
		}
	}
	return nil
}

// batches offers the step of range(0, rows, size) where it has a name: as a
// number it stands in the slices as well.
func (f *finder) batches(c *pysrc.Call, n int, a arg) {
	switch c.Args[2].(type) {
	case *pysrc.Name, *pysrc.Attribute, *pysrc.Subscript:
		f.value(fmt.Sprintf("%s:range#%d:batch_size", f.m.Name, n), "range", a, f.m.Value(c.Args[2], f.modules))
	}
}

// counts is the range that a loop goes through, also as tqdm(range(n)),
// enumerate(range(n)) or trange(n).
func counts(e pysrc.Expr) *pysrc.Call {
	c, ok := e.(*pysrc.Call)
	if !ok || len(c.Args) == 0 {
		return nil
	}
	switch project.Last(project.Dotted(c.Func)) {
	case "range", "xrange", "trange":
		return c
	case "tqdm", "enumerate", "notebook", "progress":
		return counts(c.Args[0])
	}
	return nil
}

// end strips the + 1 of range(1, epochs + 1).
func end(e pysrc.Expr) pysrc.Expr {
	if sum, ok := e.(*pysrc.Binary); ok && sum.Op == "+" {
		if _, ok := sum.Y.(*pysrc.Number); ok {
			return sum.X
		}
	}
	return e
}
