package space

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// factors are those of a product: channels * height * width.
func factors(e pysrc.Expr) []pysrc.Expr {
	if b, ok := e.(*pysrc.Binary); ok && b.Op == "*" {
		return append(factors(b.X), factors(b.Y)...)
	}
	return []pysrc.Expr{e}
}

// plainArguments tells whether a layer has none of the arguments that make its
// widths depend on more: groups have to divide them, two directions double them.
func plainArguments(c *pysrc.Call) bool {
	for _, name := range []string{"groups", "bidirectional", "proj_size"} {
		if project.Argument(c, name, -1) != nil {
			return false
		}
	}
	return !project.Open(c)
}

// chains offers the hidden widths of torch models that are written as numbers:
// the output of one layer, the input of the next and the norms between change
// together. Where the layers of a model do not follow each other plainly, none
// is offered.
func (f *finder) chains() {
	for i, place := range f.places() {
		for k, layers := range f.runs(place) {
			model := fmt.Sprintf("%s:model#%d", f.m.Name, i)
			if k > 0 {
				model += fmt.Sprintf(".%d", k)
			}
			f.couple(model, place.Span(), layers)
		}
	}
}

// places are those that define one model each: classes, and nn.Sequential
// outside of any.
func (f *finder) places() (places []pysrc.Node) {
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Class:
			places = append(places, n)
			return false
		case *pysrc.Call:
			if f.m.Canonical(n) == "torch.nn.Sequential" {
				places = append(places, n)
				return false
			}
		}
		return true
	})
	return places
}

// runs are the layers of a model in the order in which they work: all of a
// class whose forward is plain, else those of each nn.Sequential.
func (f *finder) runs(place pysrc.Node) (runs [][]*pysrc.Call) {
	if c, ok := place.(*pysrc.Class); ok {
		if read, ok := f.class(c); ok && read.plain && !branches(read.forward) && !f.joins(read.forward.Range) {
			var run []*pysrc.Call
			for _, l := range read.order {
				run = append(run, f.flat(l.call)...)
			}
			return [][]*pysrc.Call{run}
		}
	}
	for _, c := range f.m.Calls {
		at := place.Span()
		if c.Start >= at.Start && c.End <= at.End && f.m.Canonical(c) == "torch.nn.Sequential" {
			runs = append(runs, f.flat(c))
		}
	}
	return runs
}

// flat are the layers of an nn.Sequential, or the one layer that it is.
func (f *finder) flat(c *pysrc.Call) (layers []*pysrc.Call) {
	if f.m.Canonical(c) != "torch.nn.Sequential" {
		return []*pysrc.Call{c}
	}
	items := c.Args
	if pairs, ok := f.pairs(c); ok {
		items = nil
		for _, e := range pairs {
			items = append(items, e.(*pysrc.Tuple).Elts[1])
		}
	}
	for _, e := range items {
		inner, ok := e.(*pysrc.Call)
		if !ok {
			inner = c // a layer that cannot be seen: nothing goes past it
		}
		if inner == c {
			layers = append(layers, c)
			continue
		}
		layers = append(layers, f.flat(inner)...)
	}
	return layers
}

// couple offers the widths between the layers of a run.
func (f *finder) couple(model string, place pysrc.Range, layers []*pysrc.Call) {
	seen := map[string]int{}
	for i, c := range layers {
		owner := f.m.Canonical(c)
		s := shapes[owner]
		id := fmt.Sprintf("%s:%s#%d:%s", model, owner, seen[owner], s.out)
		seen[owner]++
		out, ok := project.Argument(c, s.out, s.outPos).(*pysrc.Number)
		if s.out == "" || !ok || !plainArguments(c) {
			continue
		}
		text := f.m.File.Text(out)
		also, ok := f.taken(layers[i+1:], text)
		if !ok || f.elsewhere(place, layers, text) {
			continue // the number means something else as well
		}
		before := len(f.found)
		f.number(id, owner, whole(s.out, -1, s.role, 1, s.high), project.Spot{Module: f.m, Place: out.Range, Text: text})
		if len(f.found) > before {
			f.found[before].Also = also
		}
	}
}

// taken finds the numbers that have to be the width of what comes in: in norms,
// and in the layer that ends the search, there as a factor perhaps.
func (f *finder) taken(layers []*pysrc.Call, text string) (also []pysrc.Range, ok bool) {
	for _, c := range layers {
		owner := f.m.Canonical(c)
		s, known := shapes[owner]
		if !known && slices.Contains(neutral, owner) {
			continue
		}
		if !known || s.in == "" || !plainArguments(c) {
			return nil, false
		}
		at := slices.IndexFunc(factors(project.Argument(c, s.in, s.inPos)), func(e pysrc.Expr) bool {
			n, ok := e.(*pysrc.Number)
			return ok && f.m.File.Text(n) == text
		})
		if at < 0 {
			return nil, false
		}
		also = append(also, factors(project.Argument(c, s.in, s.inPos))[at].Span())
		if s.out != "" {
			return also, true
		}
	}
	return nil, false // the output layer
}

// elsewhere tells whether a number stands in a model outside of its layers.
func (f *finder) elsewhere(place pysrc.Range, layers []*pysrc.Call, text string) bool {
	found := false
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		if c, ok := node.(*pysrc.Call); ok {
			owner := f.m.Canonical(c)
			_, known := shapes[owner]
			return !((known || slices.Contains(neutral, owner)) && slices.Contains(layers, c))
		}
		x, ok := node.(*pysrc.Number)
		found = found || ok && x.Start >= place.Start && x.End <= place.End && f.m.File.Text(x) == text
		return !found
	})
	return found
}

// counted tells whether the class of a call may say its number of layers again:
// torch.zeros(2, batch, hidden) beside LSTM(num_layers=2).
func (f *finder) counted(c *pysrc.Call, layers pysrc.Expr) bool {
	n, written := layers.(*pysrc.Number)
	return written && slices.ContainsFunc(f.places(), func(place pysrc.Node) bool {
		at := place.Span()
		return at.Start <= c.Start && c.End <= at.End && f.elsewhere(at, []*pysrc.Call{c}, f.m.File.Text(n))
	})
}

// branches tells whether forward hands on what it has by one name in two ways:
// to two heads, to a layer and past it. Names that are bound together, what an
// LSTM gives, count as one.
func branches(forward *pysrc.Def) (branched bool) {
	reads := map[string]*int{}
	for _, p := range forward.Params[min(1, len(forward.Params)):] {
		reads[p.Name] = new(int)
	}
	var visit func(pysrc.Node) bool
	visit = func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Assign:
			pysrc.Walk(n.Value, visit)
			bound := new(int)
			for _, t := range n.Targets {
				pysrc.Walk(t, func(n pysrc.Node) bool {
					if x, ok := n.(*pysrc.Name); ok {
						reads[x.ID] = bound
					}
					return true
				})
			}
			return false
		case *pysrc.Attribute:
			return !slices.Contains(aspects, n.Attr)
		case *pysrc.Name:
			if reads[n.ID] != nil {
				*reads[n.ID]++
				branched = branched || *reads[n.ID] > 1
			}
		}
		return true
	}
	for _, s := range forward.Body {
		pysrc.Walk(s, visit)
	}
	return branched
}

// aspects are what says something of a tensor without its values.
var aspects = []string{"shape", "size", "dim", "ndim", "device", "dtype"}

// joins tells whether a model puts tensors together or takes them apart, so
// that widths depend on more than the layer before.
func (f *finder) joins(r pysrc.Range) bool {
	joined := false
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		if at := n.Span(); at.Start < r.Start || at.End > r.End {
			return !joined
		}
		switch n := n.(type) {
		case *pysrc.Assign:
			joined = joined || n.Op != "="
		case *pysrc.Binary:
			_, x := n.X.(*pysrc.Number)
			_, y := n.Y.(*pysrc.Number)
			joined = joined || !x && !y // a residual, a mask
		case *pysrc.Call:
			if a, ok := n.Func.(*pysrc.Attribute); ok {
				switch a.Attr {
				case "cat", "concat", "stack", "hstack", "split", "chunk", "transpose", "permute", "unfold", "repeat", "expand",
					"pixel_shuffle", "glu", "einsum", "matmul", "bmm", "add", "sub", "mul", "div", "maximum", "minimum", "where", "lerp",
					"addmm", "baddbmm", "addcmul", "addcdiv", "cosine_similarity", "pairwise_distance", "cdist":
					joined = true
				case "view", "reshape":
					joined = joined || literalAfterFirst(n)
				}
			}
		}
		return !joined
	})
	return joined
}

// literalAfterFirst tells x.view(-1, 64) from x.view(-1, n).
func literalAfterFirst(c *pysrc.Call) bool {
	for _, e := range c.Args[min(1, len(c.Args)):] {
		if slices.ContainsFunc(factors(e), func(e pysrc.Expr) bool { _, ok := e.(*pysrc.Number); return ok }) {
			return true
		}
	}
	return false
}
