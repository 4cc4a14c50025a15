package project

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A scope is a file, a function or a class, and what its names are bound to.
type scope struct {
	within pysrc.Range
	parent *scope
	def    *pysrc.Def // nil for a file and a class
	class  *pysrc.Class
	binds  map[string][]binding
	items  map[string][]item
	global map[string]bool // names that belong to the file
}

// A binding gives a name a value.
type binding struct {
	at       int
	value    pysrc.Expr // nil where it cannot be told: a loop, +=, an import
	straight bool       // done once whenever the scope is run
}

// An item is name[key] = value, or an entry of name.update({...}); without a
// key it may be any.
type item struct {
	at    int
	key   string
	value pysrc.Expr
}

// unknown stands for a value that is set in more than one place.
func (i item) unknown() pysrc.Expr { return &pysrc.Name{Range: pysrc.Range{Start: i.at, End: i.at}} }

// readScopes reads what is bound where.
func (m *Module) readScopes() {
	top := &scope{within: m.File.Span()}
	m.scopes = []*scope{top}
	for _, s := range m.File.Body {
		m.bindings(s, top, true)
	}
}

func (s *scope) bind(name string, b binding) {
	if s.global[name] {
		for s.parent != nil {
			s = s.parent
		}
		b.straight = false
	}
	if s.binds == nil {
		s.binds = map[string][]binding{}
	}
	s.binds[name] = append(s.binds[name], b)
}

func (s *scope) set(name string, i item) {
	if s.items == nil {
		s.items = map[string][]item{}
	}
	s.items[name] = append(s.items[name], i)
}

// bindings reads a node that stands in a scope.
func (m *Module) bindings(n pysrc.Node, s *scope, straight bool) {
	switch n := n.(type) {
	case *pysrc.Def:
		s.bind(n.Name, binding{at: n.Start})
		m.inner(n.Body, &scope{parent: s, def: n})
		return
	case *pysrc.Class:
		s.bind(n.Name, binding{at: n.Start})
		m.inner(n.Body, &scope{parent: s, class: n})
		return
	case *pysrc.Simple:
		if n.Keyword == "global" {
			s.global = map[string]bool{}
			for _, name := range n.Names {
				s.global[name] = true
			}
		}
	case *pysrc.Block:
		straight = straight && (n.Keyword == "with" || len(n.Parts) == 1 && IsMain(n))
	case *pysrc.Part:
		for _, name := range append(names(n.Target), slices.Concat(each(n.Targets)...)...) {
			s.bind(name.ID, binding{at: name.Start})
		}
	case *pysrc.Assign:
		for _, t := range n.Targets {
			m.target(t, n, s, straight)
		}
	case *pysrc.Walrus:
		if name, ok := n.Target.(*pysrc.Name); ok {
			s.bind(name.ID, binding{name.Start, n.Value, straight})
		}
	case *pysrc.Call:
		m.update(n, s)
	}
	for _, child := range pysrc.Children(n) {
		m.bindings(child, s, straight)
	}
}

func each(targets []pysrc.Expr) (found [][]*pysrc.Name) {
	for _, t := range targets {
		found = append(found, names(t))
	}
	return found
}

func (m *Module) inner(body []pysrc.Stmt, s *scope) {
	if len(body) == 0 {
		return
	}
	s.within = pysrc.Range{Start: body[0].Span().Start, End: body[len(body)-1].Span().End}
	m.scopes = append(m.scopes, s)
	for _, n := range body {
		m.bindings(n, s, true)
	}
}

// IsMain tells whether a block is `if __name__ == "__main__"`.
func IsMain(b *pysrc.Block) bool {
	if b.Keyword != "if" || len(b.Parts) == 0 {
		return false
	}
	test, ok := b.Parts[0].Test.(*pysrc.Binary)
	return ok && Dotted(test.X) == "__name__"
}

// target binds what stands left of an assignment.
func (m *Module) target(t pysrc.Expr, a *pysrc.Assign, s *scope, straight bool) {
	value := a.Value
	if a.Op != "=" {
		value = nil
	}
	switch t := t.(type) {
	case *pysrc.Name:
		if a.Value != nil { // not a mere annotation
			s.bind(t.ID, binding{t.Start, value, straight})
		}
	case *pysrc.Tuple:
		given, unpacked := value.(*pysrc.Tuple)
		for i, e := range t.Elts {
			part := &pysrc.Assign{Range: a.Range, Op: "+="} // no value that can be told
			if unpacked && len(given.Elts) == len(t.Elts) {
				part = &pysrc.Assign{Range: a.Range, Op: "=", Value: given.Elts[i]}
			} else {
				part.Value = a.Value
			}
			m.target(e, part, s, straight)
		}
	case *pysrc.List, *pysrc.Starred:
		for _, name := range names(t) {
			s.bind(name.ID, binding{at: name.Start})
		}
	case *pysrc.Attribute:
		m.stores[t.Attr] = append(m.stores[t.Attr], store{t, value})
	case *pysrc.Subscript:
		switch base := t.Value.(type) {
		case *pysrc.Name:
			key, ok := t.Index.(*pysrc.String)
			if ok && key.Plain {
				s.set(base.ID, item{t.Start, key.Value, value})
			} else {
				s.set(base.ID, item{at: t.Start})
			}
		case *pysrc.Subscript: // name['train']['lr'] = value
			if name, ok := base.Value.(*pysrc.Name); ok {
				if key, ok := base.Index.(*pysrc.String); ok && key.Plain {
					s.set(name.ID, item{at: t.Start, key: key.Value})
				}
			}
		}
	}
}

// update notes name.update({...}) and name.update(a=1).
func (m *Module) update(c *pysrc.Call, s *scope) {
	a, ok := c.Func.(*pysrc.Attribute)
	if !ok || a.Attr != "update" {
		return
	}
	name, ok := a.Value.(*pysrc.Name)
	if !ok {
		return
	}
	for _, e := range c.Args {
		d, literal := e.(*pysrc.Dict)
		if !literal {
			s.set(name.ID, item{at: c.Start})
			continue
		}
		for i, k := range d.Keys {
			if key, ok := k.(*pysrc.String); ok && key.Plain {
				s.set(name.ID, item{c.Start, key.Value, d.Values[i]})
			} else {
				s.set(name.ID, item{at: c.Start})
			}
		}
	}
	for _, k := range c.Keywords {
		s.set(name.ID, item{c.Start, k.Arg, k.Value})
	}
}

// A store is base.attr = value.
type store struct {
	target *pysrc.Attribute
	value  pysrc.Expr
}

// scopeAt is the innermost scope around an offset.
func (m *Module) scopeAt(at int) *scope {
	for _, s := range slices.Backward(m.scopes) { // an inner one comes behind its outer
		if s.within.Start <= at && at < max(s.within.End, 1) {
			return s
		}
	}
	return m.scopes[0]
}

// parameter is which parameter of the scope's function a name is, -1 for none.
func (s *scope) parameter(name string) int {
	if s.def == nil {
		return -1
	}
	return slices.IndexFunc(s.def.Params, func(p *pysrc.Param) bool { return p.Name == name })
}

// home is the scope that a name read at a scope belongs to.
func (s *scope) home(name string) *scope {
	for at := s; at != nil; at = at.parent {
		if at.class != nil && at != s { // the names of a class are not seen by its methods
			continue
		}
		if !at.global[name] && (len(at.binds[name]) > 0 || at.parameter(name) >= 0) {
			return at
		}
	}
	return nil
}

// reaching is the binding of a name that holds at an offset read in a scope:
// the only one or, in straight code, the last before.
func (s *scope) reaching(name string, at int, from *scope) (b binding, until int, ok bool) {
	until = s.within.End + 1
	binds := s.binds[name]
	if len(binds) == 1 {
		return binds[0], until, binds[0].value != nil
	}
	if from != s || len(binds) == 0 || slices.ContainsFunc(binds, func(b binding) bool { return !b.straight }) {
		return b, 0, false
	}
	for _, x := range binds {
		if x.at > at {
			until = x.at
			break
		}
		b = x
	}
	return b, until, b.value != nil
}
