package space

import (
	"fmt"
	"maps"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

func inModule(m *project.Module, modules project.Modules, family string) []Tunable {
	f := &finder{m: m, family: family, modules: modules, ordinal: map[string]int{}, last: lastDense(m)}
	for _, c := range m.Calls {
		f.call(c)
	}
	f.loops()
	f.widths()
	f.chains()
	f.layers()
	return f.found
}

type finder struct {
	m       *project.Module
	family  string
	modules project.Modules
	ordinal map[string]int // calls of an owner seen so far
	last    *pysrc.Call    // the output layer
	found   []Tunable
}

// call looks at the arguments of one framework call.
func (f *finder) call(c *pysrc.Call) {
	owner := f.owner(c)
	args, ok := calls[owner]
	if !ok {
		return
	}
	id := fmt.Sprintf("%s:%s#%d", f.m.Name, owner, f.ordinal[owner])
	f.ordinal[owner]++
	if f.output(c, owner) {
		return
	}
	spread, known := f.spread(c)
	for _, a := range args {
		given := project.Argument(c, a.name, a.pos)
		if old := older[a.name]; given == nil && old != "" {
			given = project.Argument(c, old, -1)
		}
		passed, elsewhere := spread[a.name]
		if given == nil {
			given = passed
		}
		switch {
		case given != nil:
			f.value(id+":"+a.name, owner, a, given)
		case a.insert && known && !elsewhere:
			f.insert(id+":"+a.name, owner, a, c)
		}
	}
	if at, ok := dictArg[owner]; ok {
		if given := project.Argument(c, "params", at); given != nil {
			f.params(id, owner, given)
		}
	}
}

// spread are the arguments that **params gives; known is false where there are
// some that cannot be seen.
func (f *finder) spread(c *pysrc.Call) (given map[string]pysrc.Expr, known bool) {
	given, known = map[string]pysrc.Expr{}, true
	for _, k := range c.Keywords {
		if k.Arg == "" {
			keys := f.keys(k.Value)
			known = known && len(keys) > 0
			maps.Copy(given, keys)
		}
	}
	for _, a := range c.Args {
		if _, starred := a.(*pysrc.Starred); starred {
			known = false
		}
	}
	return given, known
}

// owner is the canonical name of what is called; methods of models go by their
// name and arguments.
func (f *finder) owner(c *pysrc.Call) string {
	if name := f.m.Canonical(c); name != "" {
		return name
	}
	a, ok := c.Func.(*pysrc.Attribute)
	if !ok || f.family != "keras" {
		return ""
	}
	switch {
	case a.Attr == "fit" && (project.Argument(c, "epochs", -1) != nil || project.Argument(c, "validation_data", -1) != nil ||
		project.Argument(c, "batch_size", -1) != nil || project.Argument(c, "verbose", -1) != nil || !f.m.Roots["sklearn"]):
		return "keras.Model.fit"
	case a.Attr == "compile":
		return "keras.Model.compile"
	}
	return ""
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

// output tells whether a Dense layer gives the classes; its width is no choice.
func (f *finder) output(c *pysrc.Call, owner string) bool {
	if owner != "keras.layers.Dense" {
		return false
	}
	if s, ok := project.Argument(c, "activation", 1).(*pysrc.String); ok && (s.Value == "softmax" || s.Value == "linear") {
		return true
	}
	return c == f.last
}

// value offers an argument that is given.
func (f *finder) value(id, owner string, a arg, given pysrc.Expr) {
	if elements, ok := elements(given); ok {
		for i, e := range elements {
			f.value(fmt.Sprintf("%s.%d", id, i), owner, a, e)
		}
		return
	}
	if len(a.choices) > 0 {
		if s, ok := given.(*pysrc.String); ok && s.Plain {
			f.choice(id, owner, a, project.Spot{Module: f.m, Place: s.Range, Text: f.m.File.Text(s)})
		}
		return
	}
	if at, ok := f.m.Number(given, f.modules); ok {
		f.number(id, owner, a, at)
	}
}

// elements are those of a tuple or a list.
func elements(e pysrc.Expr) ([]pysrc.Expr, bool) {
	switch e := e.(type) {
	case *pysrc.Tuple:
		return e.Elts, true
	case *pysrc.List:
		return e.Elts, true
	}
	return nil, false
}

func (f *finder) number(id, owner string, a arg, at project.Spot) {
	value, ok := literal(at.Text)
	if !ok {
		return
	}
	t := Tunable{ID: id, File: at.Module.Name, Line: at.Module.File.Line(at.Place.Start), Name: a.name, Kind: "number", Scale: "linear",
		Value: at.Text, Low: min(a.low, value), High: max(a.high, value), Role: a.role, Owner: owner,
		Int: a.int && !strings.ContainsAny(at.Text, ".eE"), Place: at.Place}
	if a.log && t.Low > 0 {
		t.Scale = "log"
	}
	f.found = append(f.found, t)
}

func (f *finder) choice(id, owner string, a arg, at project.Spot) {
	quote := at.Text[:1]
	choices := []string{}
	mine := false
	for _, c := range a.choices {
		c = strings.ReplaceAll(c, "'", quote)
		mine = mine || c == at.Text
		choices = append(choices, c)
	}
	if !mine {
		choices = append(choices, at.Text)
	}
	f.found = append(f.found, Tunable{ID: id, File: at.Module.Name, Line: at.Module.File.Line(at.Place.Start), Name: a.name, Kind: "choice",
		Value: at.Text, Choices: choices, Role: a.role, Owner: owner, Place: at.Place})
}

// insert offers an argument that the call leaves to its default.
func (f *finder) insert(id, owner string, a arg, c *pysrc.Call) {
	low, high := a.low, a.high
	if value, ok := literal(a.fallback); ok { // else 'scale' or the like
		low, high = min(low, value), max(high, value)
	}
	at, before, after, ok := f.room(c)
	if !ok {
		return
	}
	t := Tunable{ID: id, File: f.m.Name, Line: f.m.File.Line(at), Name: a.name, Kind: "inserted", Scale: "linear", Value: a.fallback,
		Low: low, High: high, Role: a.role, Owner: owner, Int: a.int,
		Place: pysrc.Range{Start: at, End: at}, Before: before + a.name + "=", After: after}
	if a.log && t.Low > 0 {
		t.Scale = "log"
	}
	f.found = append(f.found, t)
}

// room is where a further keyword argument goes and what stands around it: at
// the end of the call or, where a comment is in the way, before the keywords.
func (f *finder) room(c *pysrc.Call) (at int, before, after string, ok bool) {
	last := c.Open + 1
	for _, e := range c.Args {
		last = max(last, e.Span().End)
	}
	for _, k := range c.Keywords {
		last = max(last, k.End)
	}
	for _, comment := range f.m.File.Comments {
		if comment.Start >= last && comment.Start < c.Close {
			if len(c.Keywords) == 0 {
				return 0, "", "", false
			}
			return c.Keywords[0].Start, "", ", ", true
		}
	}
	inner := strings.TrimRight(string(f.m.File.Src[c.Open+1:c.Close]), " \t\r\n\\")
	at = c.Open + 1 + len(inner)
	switch {
	case len(c.Args)+len(c.Keywords) == 0:
		return at, "", "", true
	case strings.HasSuffix(inner, ","):
		return at, " ", "", true
	}
	return at, ", ", "", true
}

// params offers the values of a boosting params dict.
func (f *finder) params(id, owner string, given pysrc.Expr) {
	keys := f.keys(given)
	for _, a := range boostParams {
		if value, ok := keys[a.name]; ok {
			f.value(id+":params."+a.name, owner, a, value)
		}
	}
}

// keys are the entries of a dict that is written out or has a name.
func (f *finder) keys(given pysrc.Expr) map[string]pysrc.Expr {
	if name, ok := given.(*pysrc.Name); ok {
		if d, i := f.m.Parameter(name); d == nil || i < 0 {
			return f.m.Entries(name.ID)
		}
		return nil
	}
	return project.Literals(given)
}

// loops offers the number of epochs of a loop that trains.
func (f *finder) loops() {
	a := arg{name: "epochs", role: "epochs", low: 1, high: 500, log: true, int: true}
	n := 0
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		part, ok := node.(*pysrc.Part)
		if !ok || part.Keyword != "for" {
			return true
		}
		c, ok := part.Test.(*pysrc.Call)
		if ok && project.Dotted(c.Func) == "range" && len(c.Args) > 0 && trainsIn(part) {
			f.value(fmt.Sprintf("%s:range#%d:epochs", f.m.Name, n), "range", a, end(c.Args[min(1, len(c.Args)-1)]))
			n++
			return false // a loop inside is one over batches
		}
		return true
	})
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
			last := name[strings.LastIndexByte(name, '.')+1:]
			found = found || last == "backward" || last == "step" || last == "partial_fit" || strings.HasPrefix(last, "train")
		}
		return !found
	})
	return found
}
