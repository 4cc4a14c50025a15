package space

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A namedWidth is a width of torch layers that has a name: a parameter, a constant,
// an entry of a configuration.
type namedWidth struct {
	at    project.Spot
	name  string
	owner string   // of the layer that gives it
	ends  []string // in the order of the source: "in", "out" or "both" of a layer
}

// widths offers the hidden widths of torch modules that have a name, so that
// they change together: one layer gives it first, and one takes it last. What
// is taken first is the width of the data, what is given last that of the
// output.
func (f *finder) widths() {
	seen := map[string]int{}
	for _, w := range f.named() {
		last := len(w.ends) - 1
		if last < 1 || w.ends[0] != "out" || w.ends[last] != "in" {
			continue
		}
		s := shapes[w.owner]
		id := f.m.Name + ":" + w.name
		if seen[id]++; seen[id] > 1 {
			id += fmt.Sprintf("#%d", seen[id]-1)
		}
		f.number(id+":width", w.owner, whole("hidden", -1, s.role, 1, s.high), w.at)
	}
}

// named lists the widths of the file's layers that have a name.
func (f *finder) named() (all []*namedWidth) {
	for _, c := range f.m.Calls {
		owner := f.m.Canonical(c)
		s := shapes[owner]
		if s.out == "" {
			continue
		}
		in := f.widthsOf(project.Argument(c, s.in, s.inPos))
		out := f.widthsOf(project.Argument(c, s.out, s.outPos))
		for _, w := range slices.Concat(in, out) {
			i := slices.IndexFunc(all, func(other *namedWidth) bool { return other.at.File() == w.at.File() && other.at.Place == w.at.Place })
			if i < 0 {
				i, all = len(all), append(all, w)
			}
			same := func(other *namedWidth) bool { return other.at == w.at }
			end := "in"
			if slices.ContainsFunc(out, same) {
				end = "out"
				all[i].owner = owner
				if slices.ContainsFunc(in, same) {
					end = "both"
				}
			}
			all[i].ends = append(all[i].ends, end)
		}
	}
	return all
}

// widthsOf are the named whole numbers of a product.
func (f *finder) widthsOf(e pysrc.Expr) (found []*namedWidth) {
	for _, x := range factors(e) {
		switch x.(type) {
		case *pysrc.Name, *pysrc.Attribute, *pysrc.Subscript:
			if at, ok := f.amount(x); ok {
				found = append(found, &namedWidth{at: at, name: f.m.File.Text(x)})
			}
		}
	}
	return found
}

// amount is where the number above zero stands that an expression is.
func (f *finder) amount(e pysrc.Expr) (project.Spot, bool) {
	at, ok := f.m.Value(e, f.modules).Literal()
	v, number := literal(at.Text)
	return at, ok && number && v > 0
}
