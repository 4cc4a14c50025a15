package space

import (
	"fmt"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// loops offers the number of epochs of a loop that trains, and the size of the
// batches that it cuts.
func (f *finder) loops() {
	epochs := arg{name: "epochs", role: "epochs", low: 1, high: 500, log: true, int: true}
	batch := arg{name: "batch_size", role: "batch_size", low: 4, high: 512, log: true, int: true}
	n := 0
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		part, ok := node.(*pysrc.Part)
		if !ok || part.Keyword != "for" {
			return true
		}
		c := counts(part.Test)
		if c == nil || !trainsIn(part) {
			return true
		}
		if len(c.Args) == 3 { // over batches, without a loop around it
			f.batches(c, n, batch)
			return true
		}
		f.value(fmt.Sprintf("%s:range#%d:epochs", f.m.Name, n), "range", epochs, f.m.Value(end(c.Args[min(1, len(c.Args)-1)]), f.modules))
		pysrc.Walk(part, func(inner pysrc.Node) bool {
			if p, ok := inner.(*pysrc.Part); ok && p != part && p.Keyword == "for" {
				if c := counts(p.Test); c != nil && len(c.Args) == 3 {
					f.batches(c, n, batch)
				}
			}
			return true
		})
		n++
		return false // a loop inside is one over batches
	})
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
	switch name := project.Dotted(c.Func); name[strings.LastIndexByte(name, '.')+1:] {
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

// trainsIn tells whether a loop's body makes a training step, or calls a
// function of the user's that is named for it.
func trainsIn(part *pysrc.Part) bool {
	found := false
	pysrc.Walk(part, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			name := project.Dotted(c.Func)
			switch last := name[strings.LastIndexByte(name, '.')+1:]; last {
			case "backward", "step", "partial_fit", "train_on_batch", "apply_gradients", "minimize":
				found = true
			case "run": // a session of TensorFlow 1
				found = found || len(c.Args) > 0 && runsStep(c.Args[0])
			default:
				found = found || strings.HasPrefix(last, "train") && last != "train_test_split"
			}
		}
		return !found
	})
	return found
}

// runsStep tells whether a session is asked for what is named like a training
// step.
func runsStep(fetched pysrc.Expr) bool {
	found := false
	pysrc.Walk(fetched, func(n pysrc.Node) bool {
		if name, ok := n.(*pysrc.Name); ok {
			low := strings.ToLower(name.ID)
			found = found || strings.Contains(low, "train") || strings.Contains(low, "optim")
		}
		return !found
	})
	return found
}
