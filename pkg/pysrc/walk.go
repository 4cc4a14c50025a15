package pysrc

import (
	"cmp"
	"slices"
)

// Walk calls visit for root and what is below it, in source order (the
// decorators of a definition come behind it, with its other parts). Where visit
// returns false it does not go below that node.
func Walk(root Node, visit func(Node) bool) {
	stack := []Node{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !visit(n) {
			continue
		}
		children := Children(n)
		slices.Reverse(children)
		stack = append(stack, children...)
	}
}

// Children returns the nodes right below n in source order.
func Children(n Node) []Node {
	var c children
	switch n := n.(type) {
	case *File:
		add(&c, n.Body...)
	case *Import, *ImportFrom:
		// an Alias is a value, no node of its own
	case *Assign:
		add(&c, n.Targets...)
		add(&c, n.Annotation, n.Value)
	case *ExprStmt:
		add(&c, n.X)
	case *Def:
		add(&c, n.Decorators...)
		add(&c, n.TypeParams...)
		add(&c, n.Params...)
		add(&c, n.Returns)
		add(&c, n.Body...)
	case *Param:
		add(&c, n.Annotation, n.Default)
	case *Class:
		add(&c, n.Decorators...)
		add(&c, n.TypeParams...)
		add(&c, n.Bases...)
		add(&c, n.Keywords...)
		c.sort()
		add(&c, n.Body...)
	case *Block:
		add(&c, n.Parts...)
	case *Part:
		add(&c, n.Target, n.Test)
		add(&c, n.Items...)
		add(&c, n.Targets...)
		c.sort()
		add(&c, n.Body...)
	case *Simple:
		add(&c, n.Exprs...)
		add(&c, n.TypeParams...)
		c.sort()
	default:
		c.expression(n)
	}
	return c
}

type children []Node

// add appends the nodes that are there.
func add[N interface {
	comparable
	Node
}](c *children, nodes ...N) {
	var none N
	for _, n := range nodes {
		if n != none {
			*c = append(*c, n)
		}
	}
}

func (c children) sort() {
	slices.SortStableFunc(c, func(a, b Node) int { return cmp.Compare(a.Span().Start, b.Span().Start) })
}

func (c *children) expression(n Node) {
	switch n := n.(type) {
	case *Attribute:
		add(c, n.Value)
	case *Call:
		add(c, n.Func)
		add(c, n.Args...)
		add(c, n.Keywords...)
		c.sort()
	case *Keyword:
		add(c, n.Value)
	case *Unary:
		add(c, n.X)
	case *Binary:
		add(c, n.X, n.Y)
	case *List:
		add(c, n.Elts...)
	case *Tuple:
		add(c, n.Elts...)
	case *Set:
		add(c, n.Elts...)
	case *Dict:
		for i, value := range n.Values {
			add(c, n.Keys[i], value)
		}
	case *Subscript:
		add(c, n.Value, n.Index)
	case *Slice:
		add(c, n.Low, n.High, n.Step)
	case *Starred:
		add(c, n.Value)
	case *Lambda:
		add(c, n.Params...)
		add(c, n.Body)
	case *Cond:
		add(c, n.Then, n.Test, n.Else)
	case *Comp:
		add(c, n.Elt, n.Value)
		add(c, n.Clauses...)
	case *Clause:
		add(c, n.Target, n.Iter)
		add(c, n.Ifs...)
	case *Walrus:
		add(c, n.Target, n.Value)
	case *Await:
		add(c, n.X)
	case *ClassPattern:
		add(c, n.Class)
		add(c, n.Args...)
		add(c, n.Keywords...)
		c.sort()
	case *KeywordPattern:
		add(c, n.Pattern)
	case *AsPattern:
		add(c, n.Pattern)
	}
}
