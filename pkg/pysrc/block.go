package pysrc

// compound reads a compound statement and appends it to body; ok is false when
// there is none here. After a failure p.header is the start of the header that
// is damaged, and what was read before it is in body.
func (p *parser) compound(body []Stmt) (_ []Stmt, ok bool) {
	start := p.tok().start
	async := false
	if next := p.textAt(p.pos + 1); p.at("async") && (next == "def" || next == "for" || next == "with") {
		p.next()
		async = true
	}
	switch {
	case p.at("@"):
		return p.decorated(body), true
	case p.at("def"):
		return p.def(body, start, async, nil), true
	case p.at("class"):
		return p.class(body, start, nil), true
	case p.atMatch():
		return p.match(body), true
	case p.at("if") || p.at("while") || p.at("for") || p.at("with") || p.at("try"):
		return p.block(body, start, async), true
	}
	return body, false
}

// decorated reads decorators and what they decorate. Those above damage stay as
// statements.
func (p *parser) decorated(body []Stmt) []Stmt {
	var decorators []Expr
	for p.header = p.tok().start; p.take("@"); p.header = p.tok().start {
		x := p.element()
		if !p.atLineEnd() {
			p.fail("invalid syntax")
		}
		if p.failed {
			body = append(undecorated(body, decorators), p.bad(p.header))
			decorators = nil
		} else {
			decorators = append(decorators, x)
		}
		p.next()
	}
	start := p.tok().start
	async := p.take("async")
	switch {
	case p.at("def"):
		return p.def(body, start, async, decorators)
	case p.at("class"):
		return p.class(body, start, decorators)
	}
	if !p.atLineEnd() && p.tok().kind >= name {
		p.next() // the Bad holds a token at least
	}
	p.fail("expected a definition below the decorator")
	return undecorated(body, decorators)
}

func undecorated(body []Stmt, decorators []Expr) []Stmt {
	for _, x := range decorators {
		body = append(body, &ExprStmt{x.Span(), x})
	}
	return body
}

func (p *parser) def(body []Stmt, start int, async bool, decorators []Expr) []Stmt {
	p.next()
	d := &Def{Async: async, Name: p.name(), TypeParams: p.typeParams(), Decorators: decorators}
	p.want("(")
	d.Params = p.params(")", true)
	p.want(")")
	if p.take("->") {
		d.Returns = p.expression()
	}
	p.want(":")
	if p.failed {
		return undecorated(body, decorators)
	}
	d.Body = p.suite()
	d.Range = p.since(start)
	return append(body, d)
}

func (p *parser) class(body []Stmt, start int, decorators []Expr) []Stmt {
	p.next()
	c := &Class{Name: p.name(), TypeParams: p.typeParams(), Decorators: decorators}
	if open := p.tok().start; p.take("(") {
		c.Bases, c.Keywords = p.arguments(open)
		p.want(")")
	}
	p.want(":")
	if p.failed {
		return undecorated(body, decorators)
	}
	c.Body = p.suite()
	c.Range = p.since(start)
	return append(body, c)
}

// continuations are the clauses that may follow the first one of a block.
var continuations = map[string][]string{
	"if":    {"elif", "else"},
	"for":   {"else"},
	"while": {"else"},
	"try":   {"except", "else", "finally"},
}

func (p *parser) block(body []Stmt, start int, async bool) []Stmt {
	b := &Block{Keyword: p.textAt(p.pos), Async: async}
	for more := true; more; {
		part := p.part()
		if p.failed {
			break
		}
		b.Parts = append(b.Parts, part)
		p.header = p.tok().start
		more = false
		for _, word := range continuations[b.Keyword] {
			more = more || p.at(word)
		}
	}
	if len(b.Parts) == 0 {
		return body
	}
	b.Range = Range{start, b.Parts[len(b.Parts)-1].End}
	return append(body, b)
}

// part reads a clause; after a failure it is of no use.
func (p *parser) part() *Part {
	t := p.next()
	c := &Part{Keyword: string(p.src[t.start:t.end])}
	switch c.Keyword {
	case "if", "elif", "while":
		c.Test = p.element()
	case "for":
		c.Target = p.targets()
		p.want("in")
		c.Test = p.tuple(p.element)
	case "with":
		p.withItems(c)
	case "except":
		p.take("*")
		if !p.at(":") {
			c.Test = p.tuple(p.expression)
		}
		if p.take("as") {
			c.Target = p.primary()
		}
	}
	p.want(":")
	if p.failed {
		return c
	}
	c.Body = p.suite()
	c.Range = p.since(t.start)
	return c
}

// withItems reads `a as b, c`, in brackets or not.
func (p *parser) withItems(c *Part) {
	bracketed := p.bracketedItems()
	if bracketed {
		p.next()
	}
	for more := true; more; more = p.take(",") && !(bracketed && p.at(")")) {
		c.Items = append(c.Items, p.element())
		var target Expr
		if p.take("as") {
			target = p.withTarget()
		}
		c.Targets = append(c.Targets, target)
	}
	if bracketed {
		p.want(")")
	}
}

func (p *parser) withTarget() Expr {
	if p.at("*") {
		return p.element()
	}
	return p.binary(bitOr)
}

// bracketedItems tells whether the bracket here holds all items of a "with":
// it ends right before the colon and has an "as" or a comma of its own.
func (p *parser) bracketedItems() bool {
	if !p.at("(") {
		return false
	}
	depth, items := 0, false
	for i := p.pos; ; i++ {
		switch k := p.tokens[i].kind; k {
		case newline, endOfFile:
			return false
		case keyword:
			switch p.textAt(i) {
			case "as":
				items = items || depth == 1
			case "for", "yield", "lambda":
				if depth == 1 && !items {
					return false
				}
			}
		case op:
			switch p.textAt(i) {
			case "(", "[", "{":
				depth++
			case ",":
				items = items || depth == 1
			case ")", "]", "}":
				if depth--; depth == 0 {
					return items && p.textAt(i+1) == ":"
				}
			}
		}
	}
}
