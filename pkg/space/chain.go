package space

import (
	"fmt"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// chains offers the hidden widths of torch models that are written as numbers:
// the output of one Linear and the input of the next change together. Where
// the layers of a model do not follow each other plainly, none is offered.
func (f *finder) chains() {
	for i, model := range f.models() {
		layers := f.within(model, "torch.nn.Linear")
		if !f.plain(layers) || f.joins(model) {
			continue
		}
		for j, c := range layers[:max(0, len(layers)-1)] {
			out, next := project.Argument(c, "out_features", 1).Span(), layers[j+1]
			text := string(f.m.File.Src[out.Start:out.End])
			also := []pysrc.Range{project.Argument(next, "in_features", 0).Span()}
			for _, norm := range append(f.within(model, "torch.nn.BatchNorm1d"), f.within(model, "torch.nn.LayerNorm")...) {
				if n, ok := project.Argument(norm, "", 0).(*pysrc.Number); ok && f.m.File.Text(n) == text && norm.Start > c.End && norm.End < next.Start {
					also = append(also, n.Range)
				}
			}
			if f.others(c.End, next.Start, text) != len(also)-1 {
				continue // the number means something else in between
			}
			a := arg{name: "out_features", role: "width", low: 1, high: 1024, log: true, int: true}
			before := len(f.found)
			f.number(fmt.Sprintf("%s:model#%d:torch.nn.Linear#%d:out_features", f.m.Name, i, j), "torch.nn.Linear", a, project.Spot{Module: f.m, Place: out, Text: text})
			if len(f.found) > before {
				f.found[before].Also = also
			}
		}
	}
}

// models are the places that define one model each: classes, and nn.Sequential
// outside of any.
func (f *finder) models() (places []pysrc.Range) {
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Class:
			places = append(places, n.Range)
			return false
		case *pysrc.Call:
			if f.m.Canonical(n) == "torch.nn.Sequential" {
				places = append(places, n.Range)
				return false
			}
		}
		return true
	})
	return places
}

// within lists the calls of a name inside a range, in the order of the source.
func (f *finder) within(r pysrc.Range, name string) (found []*pysrc.Call) {
	for _, c := range f.m.Calls {
		if c.Start >= r.Start && c.End <= r.End && f.m.Canonical(c) == name {
			found = append(found, c)
		}
	}
	return found
}

// plain tells whether each layer's output is, number for number, the input of
// the next.
func (f *finder) plain(layers []*pysrc.Call) bool {
	for i := range layers[:max(0, len(layers)-1)] {
		out, ok := project.Argument(layers[i], "out_features", 1).(*pysrc.Number)
		in, same := project.Argument(layers[i+1], "in_features", 0).(*pysrc.Number)
		if !ok || !same || layers[i].Start > layers[i+1].Start || f.m.File.Text(out) != f.m.File.Text(in) {
			return false
		}
	}
	return true
}

// joins tells whether a model puts tensors together or takes them apart, so
// that widths depend on more than the layer before.
func (f *finder) joins(r pysrc.Range) bool {
	for _, c := range f.m.Calls {
		if a, ok := c.Func.(*pysrc.Attribute); ok && c.Start >= r.Start && c.End <= r.End {
			switch a.Attr {
			case "cat", "concat", "stack", "hstack", "split", "chunk", "view", "reshape":
				if a.Attr[0] != 'v' && a.Attr[0] != 'r' || literalAfterFirst(c) {
					return true
				}
			}
		}
	}
	return false
}

// literalAfterFirst tells x.view(-1, 64) from x.view(-1, n).
func literalAfterFirst(c *pysrc.Call) bool {
	for _, e := range c.Args[min(1, len(c.Args)):] {
		if _, ok := e.(*pysrc.Number); ok {
			return true
		}
	}
	return false
}

// others counts the numbers of the same text between two offsets.
func (f *finder) others(from, to int, text string) (n int) {
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		if x, ok := node.(*pysrc.Number); ok && x.Start >= from && x.End <= to && f.m.File.Text(x) == text {
			n++
		}
		return true
	})
	return n
}
