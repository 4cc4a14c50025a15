package space

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A stacked is a keras layer in its row, or what ends a row of them.
type stacked struct {
	call *pysrc.Call
	name string // Dense; empty where a model ends
}

// stackOf lists the layers of a module in order, and where models end.
func stackOf(m *project.Module) (found []stacked) {
	for _, c := range m.Calls {
		name := m.Canonical(c)
		if rest, ok := strings.CutPrefix(name, "keras.layers."); ok {
			found = append(found, stacked{c, rest})
			continue
		}
		a, method := c.Func.(*pysrc.Attribute)
		switch {
		case name == "keras.Model": // layers may stand in the call
			found = append(found, stacked{&pysrc.Call{Range: pysrc.Range{Start: c.End, End: c.End}}, ""})
		case name == "keras.Sequential" && len(c.Args) == 0, method && a.Attr == "compile":
			found = append(found, stacked{c, ""})
		}
	}
	for _, d := range m.Defs {
		found = append(found, stacked{&pysrc.Call{Range: pysrc.Range{Start: d.End, End: d.End}}, ""})
	}
	slices.SortStableFunc(found, func(a, b stacked) int { return cmp.Compare(a.call.Start, b.call.Start) })
	return found
}

// row are the layers of the model that a call belongs to, and its index.
func (f *finder) row(c *pysrc.Call) (row []stacked, at int) {
	i := slices.IndexFunc(f.stack, func(l stacked) bool { return l.call == c })
	first, last := i, i+1
	for first > 0 && f.stack[first-1].name != "" {
		first--
	}
	for last < len(f.stack) && f.stack[last].name != "" {
		last++
	}
	return f.stack[first:last], i - first
}

// lastDense is the call that makes the output layer.
func lastDense(m *project.Module) (last *pysrc.Call) {
	for _, c := range m.Calls {
		if m.Canonical(c) == "keras.layers.Dense" && (last == nil || c.Start > last.Start) {
			last = c
		}
	}
	return last
}

// naked tells whether a hidden Dense layer of a Sequential has no activation,
// not even as a layer of its own.
func (f *finder) naked(c *pysrc.Call) bool {
	row, at := f.row(c)
	if f.output(c, "keras.layers.Dense") || at+1 < len(row) && !slices.Contains([]string{"Dense", "Dropout", "Flatten"}, row[at+1].name) {
		return false
	}
	for _, other := range f.m.Calls {
		switch a, method := other.Func.(*pysrc.Attribute); {
		case method && a.Attr == "add" && len(other.Args) == 1 && other.Args[0].Span() == c.Range:
			return true
		case f.m.Canonical(other) == "keras.Sequential" && len(other.Args) == 1:
			list, ok := other.Args[0].(*pysrc.List)
			if ok && slices.ContainsFunc(list.Elts, func(e pysrc.Expr) bool { return e.Span() == c.Range }) {
				return true
			}
		}
	}
	return false
}

// owner is the canonical name of what is called; methods of models go by their
// name and arguments.
func (f *finder) owner(c *pysrc.Call) string {
	if name := f.m.Canonical(c); name != "" {
		return name
	}
	if name := f.looked(c.Func); name != "" {
		return name
	}
	a, ok := c.Func.(*pysrc.Attribute)
	if !ok || f.family != "keras" {
		return ""
	}
	switch {
	case a.Attr == "fit" && f.trains(a, c):
		return "keras.Model.fit"
	case a.Attr == "batch":
		return batched
	case a.Attr == "compile" || a.Attr == "fit_generator":
		return "keras.Model." + a.Attr
	case a.Attr == "flow" || a.Attr == "flow_from_directory":
		return "keras.preprocessing.image.ImageDataGenerator." + a.Attr
	}
	return ""
}

// looked is the canonical name of what a program looks up to call it:
// getattr(torch.optim, "Adam"), OPTIMIZERS[cfg["optimizer"]], or a name for that.
func (f *finder) looked(e pysrc.Expr) string {
	switch e := e.(type) {
	case *pysrc.Name:
		if m, held := f.m.Value(e, f.modules).Expr(); m != nil {
			if c, ok := held.(*pysrc.Call); ok && m == f.m {
				return f.looked(c)
			}
			return m.Full(held)
		}
	case *pysrc.Call:
		if project.LastName(e.Func) == "getattr" && len(e.Args) > 1 {
			if name, ok := f.m.Word(e.Args[1], f.modules); ok && f.m.Full(e.Args[0]) != "" {
				return f.m.Full(e.Args[0]) + "." + name
			}
		}
	case *pysrc.Subscript:
		if m, entry := f.m.Value(e, f.modules).Expr(); m != nil {
			return m.Full(entry)
		}
	}
	return ""
}

// trains tells whether fit is that of a keras model: by its arguments, or
// because what it is called on is compiled.
func (f *finder) trains(fit *pysrc.Attribute, c *pysrc.Call) bool {
	for _, name := range []string{"epochs", "nb_epoch", "validation_data", "batch_size", "verbose", "callbacks", "validation_split"} {
		if project.Argument(c, name, -1) != nil {
			return true
		}
	}
	for _, other := range f.m.Calls {
		if a, ok := other.Func.(*pysrc.Attribute); ok && a.Attr == "compile" && f.m.File.Text(a.Value) == f.m.File.Text(fit.Value) {
			return true
		}
	}
	return len(c.Args) > 2 || !f.m.Roots["sklearn"] && f.last != nil && len(c.Args) > 1
}
