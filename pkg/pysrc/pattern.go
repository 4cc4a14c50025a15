package pysrc

// atMatch tells whether a match statement begins here: the name "match", a
// colon at the end of the line, and a block below it.
func (p *parser) atMatch() bool {
	if !p.atName("match") {
		return false
	}
	i := p.pos + 1
	for p.tokens[i].kind != newline && p.tokens[i].kind != endOfFile {
		i++
	}
	return i > p.pos+2 && p.textAt(i-1) == ":" && p.tokens[i].kind == newline && p.tokens[i+1].kind == indent
}

func (p *parser) match(body []Stmt) []Stmt {
	t := p.next()
	b := &Block{Keyword: "match"}
	head := &Part{Keyword: "match", Test: p.tuple(p.element)}
	p.want(":")
	if p.failed {
		return body
	}
	head.Range = p.since(t.start)
	b.Parts = []*Part{head}
	p.next() // newline and indent, see atMatch
	p.next()
	for p.tok().kind != dedent && p.tok().kind != endOfFile {
		p.header = p.tok().start
		var c *Part
		if p.atName("case") {
			c = p.caseClause()
		}
		if c != nil && !p.failed {
			b.Parts = append(b.Parts, c)
			continue
		}
		last := b.Parts[len(b.Parts)-1] // damage joins the clause above it
		if p.failed {
			last.Body = p.recover(last.Body)
		} else {
			last.Body = p.statements(last.Body)
		}
		last.End = max(last.End, p.last)
	}
	p.next()
	b.Range = p.since(t.start)
	return append(body, b)
}

func (p *parser) caseClause() *Part {
	start := p.next().start
	c := &Part{Keyword: "case", Target: p.tuple(p.pattern)}
	if p.take("if") {
		c.Test = p.element()
	}
	p.want(":")
	if p.failed {
		return nil
	}
	c.Body = p.suite()
	c.Range = p.since(start)
	return c
}

// pattern is `a | b as c` or *rest.
func (p *parser) pattern() Expr {
	start := p.tok().start
	if p.take("*") {
		x := p.atom()
		return &Starred{p.since(start), x}
	}
	x := p.alternative()
	for p.take("|") {
		y := p.alternative()
		x = &Binary{p.since(start), "|", x, y}
	}
	if p.take("as") {
		as := p.name()
		return &AsPattern{p.since(start), x, as}
	}
	return x
}

func (p *parser) alternative() Expr {
	return p.nested(func() Expr {
		start := p.tok().start
		switch {
		case p.at("("), p.at("["):
			return p.sequencePattern()
		case p.at("{"):
			return p.mappingPattern()
		case p.tok().kind == name:
			var x Expr = p.atom()
			for p.take(".") {
				attr := p.name()
				x = &Attribute{p.since(start), x, attr}
			}
			if p.at("(") {
				return p.classPattern(start, x)
			}
			return x
		}
		return p.binary(sum) // a literal, perhaps signed or complex
	})
}

// sequencePattern is a pattern in brackets, a list or a tuple.
func (p *parser) sequencePattern() Expr {
	open := p.next()
	closer := ")"
	if p.src[open.start] == '[' {
		closer = "]"
	}
	var elts []Expr
	comma := false
	for !p.at(closer) && !p.failed {
		elts = append(elts, p.pattern())
		if !p.take(",") {
			break
		}
		comma = true
	}
	p.want(closer)
	switch {
	case closer == "]":
		return &List{p.since(open.start), elts}
	case len(elts) == 1 && !comma:
		return elts[0]
	}
	return &Tuple{p.since(open.start), elts}
}

func (p *parser) mappingPattern() Expr {
	start := p.next().start
	d := &Dict{}
	for !p.at("}") && !p.failed {
		if p.take("**") {
			d.Keys = append(d.Keys, nil)
		} else {
			d.Keys = append(d.Keys, p.alternative())
			p.want(":")
		}
		d.Values = append(d.Values, p.pattern())
		if !p.take(",") {
			break
		}
	}
	p.want("}")
	d.Range = p.since(start)
	return d
}

func (p *parser) classPattern(start int, class Expr) Expr {
	p.next()
	c := &ClassPattern{Class: class}
	for !p.at(")") && !p.failed {
		at := p.tok().start
		if p.tok().kind == name && p.textAt(p.pos+1) == "=" {
			arg := p.name()
			p.next()
			x := p.pattern()
			c.Keywords = append(c.Keywords, &KeywordPattern{p.since(at), arg, x})
		} else {
			c.Args = append(c.Args, p.pattern())
		}
		if !p.take(",") {
			break
		}
	}
	p.want(")")
	c.Range = p.since(start)
	return c
}
