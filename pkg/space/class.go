package space

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A field is a layer that a class keeps: self.fc1 = nn.Linear(64, 10).
type field struct {
	name   string
	assign *pysrc.Assign
	call   *pysrc.Call
	owner  string
	// use is the one call of it, in the statement of forward's body.
	use  *pysrc.Call
	stmt pysrc.Stmt
	// wrapped says that what the use gives can be put in brackets.
	wrapped bool
}

// A class is an nn.Module whose layers are made in __init__ and used in forward.
type class struct {
	class   *pysrc.Class
	forward *pysrc.Def
	fields  map[string]*field
	// order are the layers as forward uses them; plain says that it uses each
	// with a width once, whatever the data.
	order []*field
	plain bool
}

func (f *finder) class(c *pysrc.Class) (read class, ok bool) {
	read = class{class: c, fields: map[string]*field{}, plain: true}
	for _, s := range c.Body {
		d, isDef := s.(*pysrc.Def)
		switch {
		case isDef && d.Name == "__init__":
			f.fields(read.fields, d.Body)
		case isDef && d.Name == "forward":
			read.forward = d
		}
	}
	if read.forward == nil || len(read.fields) == 0 {
		return read, false
	}
	for _, s := range read.forward.Body {
		read.follow(s, s, nil)
	}
	mentions := map[string]int{}
	pysrc.Walk(c, func(n pysrc.Node) bool {
		if a, ok := n.(*pysrc.Attribute); ok && project.Dotted(a.Value) == "self" {
			mentions[a.Attr]++
		}
		return true
	})
	for _, l := range read.fields {
		once := mentions[l.name] == 2 && l.use != nil
		if !once {
			l.use = nil
		}
		read.plain = read.plain && (once || !f.holdsWidth(l.call))
	}
	return read, true
}

// classes are the modules of the file.
func (f *finder) classes() (all []class) {
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Class); ok {
			if read, ok := f.class(c); ok {
				all = append(all, read)
			}
		}
		return true
	})
	return all
}

// fields notes what __init__ keeps; what it sets twice is no field.
func (f *finder) fields(found map[string]*field, body []pysrc.Stmt) {
	for _, s := range body {
		a, ok := s.(*pysrc.Assign)
		if !ok || len(a.Targets) != 1 || a.Op != "=" {
			continue
		}
		target, ok := a.Targets[0].(*pysrc.Attribute)
		c, made := a.Value.(*pysrc.Call)
		if ok && made && project.Dotted(target.Value) == "self" {
			found[target.Attr] = &field{name: target.Attr, assign: a, call: c, owner: f.m.Canonical(c)}
		}
	}
}

// holdsWidth tells whether a layer, or one in it, has a width.
func (f *finder) holdsWidth(c *pysrc.Call) bool {
	found := false
	pysrc.Walk(c, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			_, known := shapes[f.m.Canonical(c)]
			found = found || known
		}
		return !found
	})
	return found
}

// follow goes through forward as Python evaluates it. A layer in a loop or
// under a condition makes the order unknown.
func (c *class) follow(n pysrc.Node, s pysrc.Stmt, parent pysrc.Node) {
	switch n := n.(type) {
	case *pysrc.Block, *pysrc.Comp, *pysrc.Cond, *pysrc.Lambda, *pysrc.Def:
		pysrc.Walk(n, func(inner pysrc.Node) bool {
			if call, ok := inner.(*pysrc.Call); ok && c.called(call) != nil {
				c.plain = false
			}
			return true
		})
		return
	}
	for _, child := range pysrc.Children(n) {
		c.follow(child, s, n)
	}
	if call, ok := n.(*pysrc.Call); ok {
		if l := c.called(call); l != nil {
			_, keyword := parent.(*pysrc.Keyword)
			l.use, l.stmt, l.wrapped = call, s, !keyword && len(call.Args) == 1 && len(call.Keywords) == 0
			c.order = append(c.order, l)
		}
	}
}

// called is the field that a call uses.
func (c *class) called(call *pysrc.Call) *field {
	if a, ok := call.Func.(*pysrc.Attribute); ok && project.Dotted(a.Value) == "self" {
		return c.fields[a.Attr]
	}
	return nil
}

// last is the last layer of an owner that forward uses once, with its place in
// the order; nil for none.
func (c class) last(owners ...string) (*field, int) {
	for i, l := range slices.Backward(c.order) {
		if slices.Contains(owners, l.owner) && l.use != nil {
			return l, i
		}
	}
	return nil, -1
}

// first is the first layer of an owner in the order; nil for none.
func (c class) first(owners ...string) *field {
	for _, l := range c.order {
		if slices.Contains(owners, l.owner) {
			return l
		}
	}
	return nil
}
