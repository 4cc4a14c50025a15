package space

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A grid is what a search of scikit-learn's tries: values by argument, in the
// words of the estimator, C for svc__C.
type grid struct {
	m      *project.Module
	id     string
	values map[string]project.Value
	// owners are the classes that are searched; nil where they cannot be seen.
	owners map[string]bool
}

// gridsOf reads the searches of a module that say what they try.
func gridsOf(m *project.Module, modules project.Modules) (found []grid) {
	ordinal := map[string]int{}
	for _, c := range m.Calls {
		name := m.Canonical(c)
		if !strings.HasPrefix(name, "sklearn.") || !strings.HasSuffix(name, "SearchCV") {
			continue
		}
		g := grid{m: m, id: fmt.Sprintf("%s:%s#%d", m.Name, name, ordinal[name]), values: map[string]project.Value{}}
		ordinal[name]++
		for _, given := range []pysrc.Expr{project.Argument(c, "param_grid", 1), project.Argument(c, "param_distributions", 1)} {
			if given != nil {
				g.read(m.Value(given, modules))
			}
		}
		if e := project.Argument(c, "estimator", 0); e != nil && len(g.values) > 0 {
			g.owners = searched(m, e)
			found = append(found, g)
		}
	}
	return found
}

// read takes in a dict of lists, or a list of such dicts.
func (g grid) read(v project.Value) {
	dicts := []project.Value{v}
	if elements, ok := v.Elements(); ok {
		dicts = elements
	}
	for _, d := range dicts {
		entries, _ := d.Entries()
		for key, values := range entries {
			g.values[key[strings.LastIndex("__"+key, "__"):]] = values
		}
	}
}

// searched are the classes of an estimator, those in a pipeline all; nil where
// a part of it cannot be seen.
func searched(m *project.Module, e pysrc.Expr) map[string]bool {
	found := map[string]bool{}
	if !classes(m, e, found, nesting) {
		return nil
	}
	return found
}

// nesting is how far an estimator is followed: into pipelines and names.
const nesting = 6

// classes collects the classes of an expression, of a name all that it is
// ever bound to; it is false where one cannot be seen.
func classes(m *project.Module, e pysrc.Expr, found map[string]bool, steps int) bool {
	each := func(parts []pysrc.Expr) bool {
		return !slices.ContainsFunc(parts, func(part pysrc.Expr) bool { return !classes(m, part, found, steps-1) })
	}
	switch e := e.(type) {
	case *pysrc.Name:
		var bound []pysrc.Expr
		for _, a := range m.Assigns[e.ID] {
			bound = append(bound, a.Value)
		}
		return steps > 0 && len(bound) > 0 && len(bound) == m.Bound[e.ID] && each(bound)
	case *pysrc.List:
		return each(e.Elts)
	case *pysrc.Tuple: // ("svc", SVC())
		return each(e.Elts)
	case *pysrc.Call:
		name := m.Canonical(e)
		found[name] = true
		if name == "sklearn.pipeline.make_pipeline" {
			return each(e.Args)
		}
		parts := slices.Clone(e.Args[:min(1, len(e.Args))])
		for _, wrapped := range []string{"steps", "estimator", "base_estimator", "estimators"} {
			if part := project.Argument(e, wrapped, -1); part != nil {
				parts = append(parts, part)
			}
		}
		return name != "" && each(parts)
	}
	return true
}

// sets tells whether a search sets an argument of a class.
func (p program) sets(owner string, a arg) bool {
	return slices.ContainsFunc(p.grids, func(g grid) bool {
		return (g.owners == nil || g.owners[owner]) && slices.ContainsFunc(append([]string{a.name}, a.also...), func(name string) bool {
			_, ok := g.values[name]
			return ok
		})
	})
}

// grid offers the numbers that the module's searches try, one by one.
func (f *finder) grid() {
	for _, g := range f.grids {
		if g.m != f.m {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(g.values)) {
			for _, owner := range slices.Sorted(maps.Keys(g.owners)) {
				i := slices.IndexFunc(calls[owner], func(a arg) bool { return a.name == name || slices.Contains(a.also, name) })
				if i < 0 || f.spoilt(calls[owner][i]) {
					continue
				}
				a := f.bounded(calls[owner][i], owner)
				a.name = name
				if elements, ok := g.values[name].Elements(); ok && len(elements) > 0 {
					f.value(g.id+":"+name, owner, a, g.values[name])
				}
				break
			}
		}
	}
}
