package project

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// decided tells of an if or a match which parts are not run, and which one always
// is, nil for none, as far as texts and truth values decide that the source or a
// configuration holds.
func (modules Modules) decided(m *Module, b *pysrc.Block) (always *pysrc.Part, never []*pysrc.Part) {
	var subject pysrc.Expr
	taken, open := false, false // a part always is; one before may be
	for _, p := range b.Parts {
		var holds, known bool
		switch p.Keyword {
		case "if", "elif":
			holds, known = modules.holds(m, p.Test)
		case "match":
			subject = p.Test
			continue
		case "case":
			holds, known = modules.matches(m, subject, p)
		case "else":
			holds, known = true, true
		default:
			return nil, nil
		}
		switch {
		case taken || known && !holds:
			never = append(never, p)
		case !known:
			open = true
		default:
			taken = true
			if !open {
				always = p
			}
		}
	}
	return always, never
}

// departs tells whether an if always takes a part that leaves what is around it.
func (modules Modules) departs(m *Module, b *pysrc.Block) bool {
	always, _ := modules.decided(m, b)
	if always == nil || b.Parts[0].Keyword != "if" || len(always.Body) == 0 {
		return false
	}
	last, ok := always.Body[len(always.Body)-1].(*pysrc.Simple)
	return ok && slices.Contains([]string{"return", "raise", "continue", "break"}, last.Keyword)
}

// holds tells whether a condition is true, where that is known.
func (modules Modules) holds(m *Module, e pysrc.Expr) (holds, known bool) {
	switch e := e.(type) {
	case *pysrc.Unary:
		if e.Op == "not" {
			holds, known = modules.holds(m, e.X)
			return !holds, known
		}
	case *pysrc.Binary:
		return modules.compares(m, e)
	case *pysrc.Name, *pysrc.Attribute, *pysrc.Subscript:
		_, at := m.Value(e, modules).Expr()
		if c, ok := at.(*pysrc.Constant); ok && (c.Text == "True" || c.Text == "False") {
			return c.Text == "True", true
		}
	}
	return false, false
}

// compares decides what joins two conditions, or compares two texts.
func (modules Modules) compares(m *Module, b *pysrc.Binary) (holds, known bool) {
	switch b.Op {
	case "and", "or":
		x, sure := modules.holds(m, b.X)
		y, too := modules.holds(m, b.Y)
		decides := b.Op == "or"
		if sure && x == decides || too && y == decides {
			return decides, true
		}
		return !decides, sure && too
	case "in":
		x, known := m.Word(b.X, modules)
		words, _ := Elements(b.Y)
		if set, ok := b.Y.(*pysrc.Set); ok {
			words = set.Elts
		}
		plain := len(words) > 0 && !slices.ContainsFunc(words, func(e pysrc.Expr) bool { s, ok := e.(*pysrc.String); return !ok || !s.Plain })
		return slices.ContainsFunc(words, func(e pysrc.Expr) bool { s, ok := e.(*pysrc.String); return ok && s.Value == x }), known && plain
	case "==", "!=":
		x, sure := m.Word(b.X, modules)
		y, too := m.Word(b.Y, modules)
		return (x == y) == (b.Op == "=="), sure && too
	}
	return false, false
}

// matches tells whether a case is that of a text, where that is known.
func (modules Modules) matches(m *Module, subject pysrc.Expr, p *pysrc.Part) (holds, known bool) {
	text, ok := m.Word(subject, modules)
	pattern, plain := p.Target.(*pysrc.String)
	return ok && plain && pattern.Value == text, ok && plain && pattern.Plain && p.Test == nil
}
