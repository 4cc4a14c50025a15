package space

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// program is what holds for all modules of a program.
type program struct {
	readers
	grids      []grid          // that searches of scikit-learn's try
	attributes map[string]bool // read anywhere
	shuffles   bool            // some DataLoader does
	epochs     int             // that a history has to have: history['accuracy'][4] needs five
	fitted     fitted
	columns    int             // of its data, 0 where unknown
	entrances  []float64       // sizes of what the first layers take
	changed    map[string]bool // arguments that set_params gives, later than the call that makes a model
	steps      map[string]bool // functions that make a step of a training by hand
}

func survey(files []*project.Module, modules project.Modules) program {
	p := program{readers: readersOf(files, modules), attributes: map[string]bool{}, fitted: usage(files), columns: columnsOf(files, modules), entrances: entrances(files, modules), steps: map[string]bool{}, changed: map[string]bool{}}
	for _, m := range files {
		p.grids = append(p.grids, gridsOf(m, modules)...)
		for _, name := range stepping(m) {
			p.steps[name] = true
		}
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Attribute:
				p.attributes[n.Attr] = true
			case *pysrc.Subscript:
				p.epochs = max(p.epochs, epochOf(m, n)+1)
			}
			return true
		})
		for _, c := range m.Calls {
			if m.Canonical(c) == "torch.utils.data.DataLoader" {
				p.shuffles = p.shuffles || shuffles(m, c)
			}
			if project.LastName(c.Func) == "set_params" {
				for _, k := range c.Keywords {
					_, name, step := strings.Cut(k.Arg, "__")
					if !step {
						name = k.Arg
					}
					p.changed[name] = true
				}
			}
		}
	}
	return p
}

// epochOf is the epoch, from 0, that has to be there for
// history.history['accuracy'][4]; -1 for other subscripts.
func epochOf(m *project.Module, s *pysrc.Subscript) int {
	list, ok := s.Value.(*pysrc.Subscript)
	if !ok || project.Dotted(list.Value) != "history" && !strings.HasSuffix(project.Dotted(list.Value), ".history") {
		return -1
	}
	if _, ok := list.Index.(*pysrc.String); !ok {
		return -1
	}
	n, err := strconv.Atoi(m.File.Text(s.Index))
	switch {
	case err != nil:
		return -1
	case n < 0: // from the end
		return -n - 1
	}
	return n
}

// shuffles tells whether a DataLoader draws its rows in any order: it trains.
func shuffles(m *project.Module, c *pysrc.Call) bool {
	given := project.Argument(c, "shuffle", 2)
	return given != nil && m.File.Text(given) != "False" || project.Argument(c, "sampler", -1) != nil || project.Argument(c, "batch_sampler", -1) != nil || project.Open(c)
}

// evaluation is what people call the rows, or the batches, of an evaluation.
var evaluation = regexp.MustCompile(`(?i)(?:^|_)(?:test|val|valid|validation|eval|dev)(?:$|_)`)

// feedsTest tells whether a DataLoader only feeds an evaluation: by its name, or
// since another one shuffles.
func (f *finder) feedsTest(c *pysrc.Call) bool {
	for name, assigns := range f.m.Assigns {
		if evaluation.MatchString(name) && slices.ContainsFunc(assigns, func(a *pysrc.Assign) bool { return a.Value == pysrc.Expr(c) }) {
			return true
		}
	}
	return f.shuffles && !shuffles(f.m, c)
}

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

// merges tells whether the model of a layer has places where paths meet.
func (f *finder) merges(c *pysrc.Call) bool {
	row, _ := f.row(c)
	return f.operated || slices.ContainsFunc(row, func(l stacked) bool {
		return meets[strings.ToLower(l.name)] || strings.EqualFold(l.name, "concatenate")
	})
}

// meets are layers whose inputs have one shape.
var meets = map[string]bool{"add": true, "multiply": true, "subtract": true, "average": true, "maximum": true, "minimum": true, "dot": true, "attention": true, "multiheadattention": true}

// coupled tells whether the width of a layer has to fit another place: where
// paths are added up, where a Reshape follows, where a state is handed over.
func (f *finder) coupled(c *pysrc.Call) bool {
	row, at := f.row(c)
	for i, l := range row {
		if meets[strings.ToLower(l.name)] || l.name == "Reshape" && i > at {
			return true
		}
	}
	return f.operated || slices.ContainsFunc(f.m.Calls, func(other *pysrc.Call) bool { return project.Argument(other, "initial_state", -1) != nil })
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
// getattr(torch.optim, "Adam"), OPTIMIZERS[cfg["optimizer"]].
func (f *finder) looked(e pysrc.Expr) string {
	switch e := e.(type) {
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
