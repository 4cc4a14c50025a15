package pysrc

// maxDepth bounds expressions within expressions. Python refuses more than 200
// brackets; deeper ones would only exhaust the stack here.
const maxDepth = 2000

// expressions reads what may stand alone or behind "=": expressions with commas
// make a Tuple, a yield is allowed.
func (p *parser) expressions() Expr {
	if p.at("yield") {
		return p.yield()
	}
	return p.tuple(p.element)
}

// tuple reads one item or, with commas, a Tuple of them.
func (p *parser) tuple(item func() Expr) Expr {
	return p.items(item, p.endsTuple)
}

func (p *parser) items(item func() Expr, ends func() bool) Expr {
	start := p.tok().start
	first := item()
	if !p.at(",") {
		return first
	}
	elts := []Expr{first}
	for p.take(",") && !ends() {
		elts = append(elts, item())
	}
	return &Tuple{p.since(start), elts}
}

// endsTuple tells whether the comma just taken was a trailing one.
func (p *parser) endsTuple() bool {
	switch t := p.tok(); t.kind {
	case newline, endOfFile:
		return true
	case keyword:
		return p.at("in") || p.at("for") || p.at("async")
	case op:
		switch p.src[t.start] {
		case ')', ']', '}', '=', ':', ';':
			return true
		}
		return t.end-t.start > 1 && p.src[t.end-1] == '=' // augmented assignment
	}
	return false
}

// element is an expression, *expression or name := expression.
func (p *parser) element() Expr {
	start := p.tok().start
	if p.take("*") {
		x := p.binary(bitOr)
		return &Starred{p.since(start), x}
	}
	x := p.expression()
	if p.take(":=") {
		value := p.expression()
		return &Walrus{p.since(start), x, value}
	}
	return x
}

// targets is what stands between "for" and "in".
func (p *parser) targets() Expr {
	return p.tuple(func() Expr {
		start := p.tok().start
		if p.take("*") {
			x := p.binary(bitOr)
			return &Starred{p.since(start), x}
		}
		return p.binary(bitOr)
	})
}

func (p *parser) yield() Expr {
	start := p.next().start
	if p.take("from") {
		x := p.expression()
		return &Await{p.since(start), "yield from", x}
	}
	if p.atLineEnd() || p.at(")") || p.at("]") || p.at("}") || p.at("=") || p.at(";") {
		return &Await{p.since(start), "yield", nil}
	}
	x := p.tuple(p.element)
	return &Await{p.since(start), "yield", x}
}

// expression is a condition or a lambda.
func (p *parser) expression() Expr {
	if p.at("lambda") {
		return p.lambda()
	}
	start := p.tok().start
	x := p.binary(or)
	if !p.take("if") {
		return x
	}
	test := p.binary(or)
	p.want("else")
	other := p.nested(p.expression)
	return &Cond{p.since(start), x, test, other}
}

func (p *parser) lambda() Expr {
	start := p.next().start
	params := p.params(":", false)
	p.want(":")
	body := p.nested(p.expression)
	return &Lambda{p.since(start), params, body}
}

// nested guards a reader that calls itself.
func (p *parser) nested(read func() Expr) Expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail("too deeply nested")
	}
	if p.failed {
		return &Bad{p.since(p.tok().start)}
	}
	return read()
}

// Binding powers, the weakest first.
const (
	or = iota + 1
	and
	not
	comparison
	bitOr
	bitXor
	bitAnd
	shift
	sum
	product
	sign
	power
)

var powers = map[string]int{
	"or": or, "and": and, "in": comparison, "not": comparison, "is": comparison,
	"<": comparison, ">": comparison, "==": comparison, ">=": comparison, "<=": comparison, "!=": comparison, "<>": comparison,
	"|": bitOr, "^": bitXor, "&": bitAnd, "<<": shift, ">>": shift, "+": sum, "-": sum,
	"*": product, "/": product, "//": product, "%": product, "@": product, "**": power,
}

// binary reads operators that bind at least as strongly as least.
func (p *parser) binary(least int) Expr {
	return p.nested(func() Expr {
		start := p.tok().start
		x := p.unary(least)
		for {
			word, binds := p.infix()
			if binds == 0 || binds < least {
				return x
			}
			p.next()
			if word == "not in" || word == "is not" {
				p.next()
			}
			right := binds + 1
			if binds == power {
				right = sign
			}
			y := p.binary(right)
			x = &Binary{p.since(start), word, x, y}
		}
	})
}

// infix looks at the operator that comes next; its power is 0 when there is none.
func (p *parser) infix() (word string, binds int) {
	t := p.tok()
	if t.kind != op && t.kind != keyword {
		return "", 0
	}
	word = p.textAt(p.pos)
	binds = powers[word]
	switch {
	case word == "not" && p.textAt(p.pos+1) == "in":
		word = "not in"
	case word == "not":
		return "", 0
	case word == "is" && p.textAt(p.pos+1) == "not":
		word = "is not"
	}
	return word, binds
}

// unary reads an operand with the signs before it.
func (p *parser) unary(least int) Expr {
	start := p.tok().start
	switch {
	case p.at("not") && least <= not:
		p.next()
		x := p.binary(not)
		return &Unary{p.since(start), "not", x}
	case p.at("-") || p.at("+") || p.at("~"):
		word := p.textAt(p.pos)
		p.next()
		x := p.binary(sign)
		return &Unary{p.since(start), word, x}
	case p.at("await"):
		p.next()
		x := p.primary()
		return &Await{p.since(start), "await", x}
	}
	return p.primary()
}
