package inspect

import (
	"cmp"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A trace knows the whole program, to tell what a name holds where it is read.
type trace struct {
	program []*project.Module
	modules project.Modules
	calls   map[*project.Module][]*pysrc.Call // those in f-strings included, in source order
	named   map[string][]call                 // the same by the last word of what is called, those of the entry first
	defs    map[string]bool                   // names of functions
	paths   map[resolution][]string
	makers  map[resolution]string // see estimator
}

// A resolution is of an expression, through so many names at most.
type resolution struct {
	e     pysrc.Expr
	steps int
}

// once resolves an expression once: where many calls pass a parameter on, there
// are far more ways to an expression than expressions.
func once[T any](known map[resolution]T, e pysrc.Expr, steps int, resolve func() T) T {
	at := resolution{e, steps}
	found, ok := known[at]
	if !ok {
		found = resolve()
		known[at] = found
	}
	return found
}

// A spot is an expression in its file.
type spot struct {
	m *project.Module
	e pysrc.Expr
}

// farthest is how many names an expression is followed through.
const farthest = 8

func newTrace(program []*project.Module) *trace {
	t := &trace{program: program, modules: project.Modules{}, calls: map[*project.Module][]*pysrc.Call{}, named: map[string][]call{},
		defs: map[string]bool{}, paths: map[resolution][]string{}, makers: map[resolution]string{}}
	for _, m := range program {
		t.modules[m.Name] = m
		for _, d := range m.Defs {
			t.defs[d.Name] = true
		}
		all := slices.Concat(m.Calls, m.Formatted())
		slices.SortStableFunc(all, func(a, b *pysrc.Call) int { return a.Start - b.Start })
		t.calls[m] = all
		for _, c := range all {
			t.named[project.LastName(c.Func)] = append(t.named[project.LastName(c.Func)], call{m, c})
		}
	}
	return t
}

// each calls visit for every call of the program, those of the entry last.
func (t *trace) each(visit func(m *project.Module, c *pysrc.Call)) {
	for _, m := range slices.Backward(t.program) {
		for _, c := range t.calls[m] {
			visit(m, c)
		}
	}
}

// candidates lists what an expression may be: what a name may hold, else itself.
func (t *trace) candidates(m *project.Module, e pysrc.Expr) []spot {
	if n, ok := e.(*pysrc.Name); ok {
		return t.holds(m, n)
	}
	return []spot{{m, e}}
}

// holds lists what a name may hold: what the calls of a function give for its
// parameter, the assignment before, a constant of another file.
func (t *trace) holds(m *project.Module, n *pysrc.Name) []spot {
	if d, i := parameter(m, n); d != nil {
		return t.passed(m, d, i)
	}
	if e := assigned(m, n); e != nil {
		return []spot{{m, e}}
	}
	if full := m.Imports[n.ID]; full != "" {
		return t.elsewhere(m, full)
	}
	for _, star := range m.Stars {
		if found := t.elsewhere(m, star+"."+n.ID); found != nil {
			return found
		}
	}
	return nil
}

// elsewhere is a name of another file of the program.
func (t *trace) elsewhere(m *project.Module, full string) []spot {
	file, ok := m.Local(full, t.modules.Has)
	if !ok {
		return nil
	}
	other := t.modules[file]
	if assigns := other.Assigns[project.Last(full)]; len(assigns) > 0 && assigns[len(assigns)-1].Value != nil {
		return []spot{{other, assigns[len(assigns)-1].Value}}
	}
	return nil
}

// set lists what the class around self.attr sets it to, else what its body does.
func (t *trace) set(m *project.Module, e *pysrc.Attribute) (found []spot) {
	for _, value := range m.Set(e) {
		found = append(found, spot{m, value})
	}
	if found == nil {
		return t.body(m, e)
	}
	return found
}

// body lists what the body of a class sets an attribute to.
func (t *trace) body(m *project.Module, e *pysrc.Attribute) []spot {
	if home, x := m.Value(e, t.modules).Expr(); x != nil && x != pysrc.Expr(e) {
		return []spot{{home, x}}
	}
	return nil
}

// parameter returns the innermost function whose parameter a name is.
func parameter(m *project.Module, n *pysrc.Name) (*pysrc.Def, int) {
	for _, d := range slices.Backward(m.Defs) {
		if n.Start < d.Start || n.End > d.End {
			continue
		}
		if i := slices.IndexFunc(d.Params, func(p *pysrc.Param) bool { return p.Name == n.ID }); i >= 0 && assigned(m, n) == nil {
			return d, i
		}
	}
	return nil, 0
}

// passed lists what the program's calls of a function give for a parameter,
// else its default.
func (t *trace) passed(m *project.Module, d *pysrc.Def, i int) (found []spot) {
	pos, name := i, d.Name
	if len(d.Params) > 0 && (d.Params[0].Name == "self" || d.Params[0].Name == "cls") {
		pos--
	}
	if d.Name == "__init__" {
		name = cmp.Or(m.ClassOf(d), name)
	}
	for _, at := range t.named[name] {
		if e := project.Argument(at.c, d.Params[i].Name, pos); e != nil {
			found = append(found, spot{at.m, e})
		}
	}
	if found == nil && d.Params[i].Default != nil {
		found = []spot{{m, d.Params[i].Default}}
	}
	return found
}

// assigned is what a name was bound to last before it is read, by an assignment
// in the same function or in the file; nil where that cannot be told.
func assigned(m *project.Module, n *pysrc.Name) (found pysrc.Expr) {
	within := function(m, n.Start)
	for _, a := range m.Assigns[n.ID] {
		home := function(m, a.Start)
		if a.Op != "=" || a.Value == nil || home != nil && home != within {
			continue
		}
		// In its own function the last before counts; what the file binds behind
		// a function holds when the function is called.
		before, late := a.End <= n.Start, home != within
		if before || late && found == nil {
			found = a.Value
		}
	}
	return found
}

// function is the innermost function around an offset.
func function(m *project.Module, at int) *pysrc.Def {
	for _, d := range slices.Backward(m.Defs) {
		if d.Start <= at && at < d.End {
			return d
		}
	}
	return nil
}
