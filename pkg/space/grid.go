package space

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A grid is what a search of scikit-learn's tries.
type grid struct {
	m     *project.Module
	id    string
	tried []tried
}

// A tried is an argument that a search sets, in the words of the estimator: C for
// svc__C.
type tried struct {
	name   string
	values project.Value
	// owners are the classes that may take it; nil where they cannot be seen.
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
		g := grid{m: m, id: fmt.Sprintf("%s:%s#%d", m.Name, name, ordinal[name])}
		ordinal[name]++
		e := project.Argument(c, "estimator", 0)
		for _, given := range []pysrc.Expr{project.Argument(c, "param_grid", 1), project.Argument(c, "param_distributions", 1)} {
			if given != nil && e != nil {
				g.read(m.Value(given, modules), e)
			}
		}
		found = append(found, g)
	}
	return found
}

// read takes in a dict of lists, or a list of such dicts, for an estimator.
func (g *grid) read(v project.Value, estimator pysrc.Expr) {
	dicts := []project.Value{v}
	if elements, ok := v.Elements(); ok {
		dicts = elements
	}
	for _, d := range dicts {
		entries, _ := d.Entries()
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			words := strings.Split(key, "__")
			steps, name := words[:len(words)-1], words[len(words)-1]
			g.tried = append(g.tried, tried{name, entries[key], owners(g.m, estimator, steps)})
		}
	}
}

// owners are the classes of an estimator, or of the step that a path of names
// leads to where that is seen; nil where a part of it cannot be seen.
func owners(m *project.Module, e pysrc.Expr, steps []string) map[string]bool {
	at := e
	for _, name := range steps {
		if at = stepOf(m, at, name); at == nil {
			at = e
			break
		}
	}
	found := map[string]bool{}
	if !classes(m, at, found, nesting) {
		return nil
	}
	return found
}

// stepOf is a part of an estimator by its name: of Pipeline([("svc", SVC())]), of
// make_pipeline(SVC()), or an argument; nil where it is not seen.
func stepOf(m *project.Module, e pysrc.Expr, name string) pysrc.Expr {
	c, ok := once(m, e).(*pysrc.Call)
	if !ok {
		return nil
	}
	if strings.HasPrefix(m.Canonical(c), makes) {
		for _, a := range c.Args {
			part, ok := once(m, a).(*pysrc.Call)
			if ok && strings.HasSuffix(strings.ToLower(m.Canonical(part)), "."+name) {
				return part
			}
		}
	}
	for _, part := range parts(c) {
		list, ok := once(m, part).(*pysrc.List)
		if !ok {
			continue
		}
		for _, x := range list.Elts {
			pair, ok := x.(*pysrc.Tuple)
			if ok && len(pair.Elts) > 1 && strings.Trim(m.File.Text(pair.Elts[0]), `"'`) == name {
				return pair.Elts[1]
			}
		}
	}
	return project.Argument(c, name, -1)
}

// makes begins the functions that name their steps by their classes.
const makes = "sklearn.pipeline.make_"

// once is what a name is bound to where that is one thing; others are themselves.
func once(m *project.Module, e pysrc.Expr) pysrc.Expr {
	if n, ok := e.(*pysrc.Name); ok && m.Bound[n.ID] == 1 && len(m.Assigns[n.ID]) == 1 {
		return m.Assigns[n.ID][0].Value
	}
	return e
}

// parts are the arguments of an estimator that may be or hold others.
func parts(c *pysrc.Call) []pysrc.Expr {
	found := slices.Clone(c.Args[:min(1, len(c.Args))])
	for _, name := range []string{"steps", "estimator", "base_estimator", "final_estimator", "estimators", "transformers", "transformer_list"} {
		if part := project.Argument(c, name, -1); part != nil {
			found = append(found, part)
		}
	}
	return found
}

// nesting is how many names an estimator is followed through.
const nesting = 6

// classes collects the classes of an expression, of a name all that it is
// ever bound to; it is false where one cannot be seen.
func classes(m *project.Module, e pysrc.Expr, found map[string]bool, steps int) bool {
	each := func(parts []pysrc.Expr) bool {
		return !slices.ContainsFunc(parts, func(part pysrc.Expr) bool { return !classes(m, part, found, steps) })
	}
	switch e := e.(type) {
	case *pysrc.Name:
		var bound []pysrc.Expr
		for _, a := range m.Assigns[e.ID] {
			bound = append(bound, a.Value)
		}
		steps--
		return steps >= 0 && len(bound) > 0 && len(bound) == m.Bound[e.ID] && each(bound)
	case *pysrc.List:
		return each(e.Elts)
	case *pysrc.Tuple: // ("svc", SVC()), ("scale", StandardScaler(), columns)
		return len(e.Elts) < 2 || each(e.Elts[1:2])
	case *pysrc.Call:
		name := m.Canonical(e)
		found[name] = true
		if strings.HasPrefix(name, makes) {
			return each(e.Args)
		}
		return name != "" && each(parts(e))
	}
	return true
}

// sets tells whether a search sets an argument of a class.
func (p program) sets(owner string, a arg) bool {
	return slices.ContainsFunc(p.grids, func(g grid) bool {
		return slices.ContainsFunc(g.tried, func(t tried) bool { return t.takes(owner) && a.named(t.name) })
	})
}

func (t tried) takes(owner string) bool { return t.owners == nil || t.owners[owner] }

// grid offers the numbers that the module's searches try, one by one.
func (f *finder) grid() {
	for _, g := range f.grids {
		if g.m != f.m {
			continue
		}
		ordinal := map[string]int{}
		for _, t := range g.tried {
			id := g.id + ":" + t.name
			if ordinal[t.name]++; ordinal[t.name] > 1 {
				id = fmt.Sprintf("%s:%d", id, ordinal[t.name]) // lr__C beside svc__C
			}
			f.try(id, t)
		}
	}
}

// try offers the numbers that are tried of an argument.
func (f *finder) try(id string, t tried) {
	for _, owner := range slices.Sorted(maps.Keys(t.owners)) {
		i := slices.IndexFunc(calls[owner], func(a arg) bool { return a.named(t.name) })
		if i < 0 || f.spoilt(calls[owner][i]) {
			continue
		}
		a := f.bounded(calls[owner][i], owner)
		a.name = t.name
		if elements, ok := t.values.Elements(); ok && len(elements) > 0 {
			f.value(id, owner, a, t.values)
		}
		return
	}
}
