package pysrc

import "strings"

// statements reads one compound statement, or one line of simple ones, and
// appends what it was to body.
func (p *parser) statements(body []Stmt) []Stmt {
	switch t := p.tok(); t.kind {
	case indent:
		p.problem(Range{t.start, t.end}, "unexpected indent")
		return p.flatten(body)
	case newline, dedent: // left over from a damaged line
		p.next()
		return body
	}
	p.header = p.tok().start
	body, ok := p.compound(body)
	if !ok {
		return p.simpleLine(body)
	}
	return p.recover(body)
}

// recover mends a damaged header: a Bad takes its place and the block below
// joins the surrounding body.
func (p *parser) recover(body []Stmt) []Stmt {
	if !p.failed {
		return body
	}
	body = append(body, p.bad(p.header))
	p.next()
	if p.tok().kind == indent {
		body = p.flatten(body)
	}
	return body
}

// bad ends a failure: it makes a Bad from start to the end of the line.
func (p *parser) bad(start int) *Bad {
	p.failed = false
	p.last = p.tokens[p.pos-1].end
	return &Bad{p.since(start)}
}

// flatten reads a block, from indent to dedent, and appends it to body.
func (p *parser) flatten(body []Stmt) []Stmt {
	p.next()
	for p.tok().kind != dedent && p.tok().kind != endOfFile {
		body = p.statements(body)
	}
	p.next()
	return body
}

// suite is what follows the colon of a header.
func (p *parser) suite() []Stmt {
	if !p.atLineEnd() {
		return p.simpleLine(nil)
	}
	p.next()
	if t := p.tok(); t.kind != indent {
		p.problem(Range{t.start, t.start}, "expected an indented block")
		return nil
	}
	return p.flatten(nil)
}

// simpleLine reads simple statements up to the end of the line.
func (p *parser) simpleLine(body []Stmt) []Stmt {
	for !p.atLineEnd() {
		start := p.tok().start
		s := p.simple()
		if !p.at(";") && !p.atLineEnd() {
			p.fail("invalid syntax")
		}
		if p.failed {
			s = p.bad(start)
		}
		body = append(body, s)
		p.take(";")
	}
	p.next()
	return body
}

func (p *parser) simple() Stmt {
	if p.tok().kind == keyword {
		switch p.textAt(p.pos) {
		case "import":
			return p.importNames()
		case "from":
			return p.importFrom()
		case "pass", "break", "continue":
			t := p.next()
			return &Simple{Range: p.since(t.start), Keyword: string(p.src[t.start:t.end])}
		case "return", "del", "raise", "assert":
			return p.verb()
		case "global", "nonlocal":
			return p.scope()
		}
	}
	if p.atName("type") && p.tokens[p.pos+1].kind == name && (p.textAt(p.pos+2) == "=" || p.textAt(p.pos+2) == "[") {
		return p.typeAlias()
	}
	return p.assignment()
}

// assignment is an assignment of any sort or an expression alone.
func (p *parser) assignment() Stmt {
	start := p.tok().start
	x := p.expressions()
	switch {
	case p.at("="):
		a := &Assign{Op: "=", Value: x}
		for p.take("=") {
			a.Targets = append(a.Targets, a.Value)
			a.Value = p.expressions()
		}
		a.Range = p.since(start)
		return a
	case p.take(":"):
		a := &Assign{Targets: []Expr{x}, Annotation: p.expressions(), Op: "="}
		if p.take("=") {
			a.Value = p.expressions()
		}
		a.Range = p.since(start)
		return a
	case p.atAugmented():
		a := &Assign{Targets: []Expr{x}, Op: p.textAt(p.pos)}
		p.next()
		a.Value = p.expressions()
		a.Range = p.since(start)
		return a
	}
	return &ExprStmt{p.since(start), x}
}

func (p *parser) atAugmented() bool {
	if p.tok().kind != op {
		return false
	}
	word, ok := strings.CutSuffix(p.textAt(p.pos), "=")
	binds := powers[word]
	return ok && (binds > comparison)
}

// verb is a keyword with expressions behind it. Only after return do commas
// make a tuple.
func (p *parser) verb() Stmt {
	t := p.next()
	s := &Simple{Keyword: string(p.src[t.start:t.end])}
	first := p.element
	if s.Keyword == "return" {
		first = p.expressions
	}
	if !p.atLineEnd() && !p.at(";") {
		s.Exprs = []Expr{first()}
		for p.take(",") && !p.endsTuple() {
			s.Exprs = append(s.Exprs, p.element())
		}
		if s.Keyword == "raise" && p.take("from") {
			s.Exprs = append(s.Exprs, p.expression())
		}
	}
	s.Range = p.since(t.start)
	return s
}

// scope is global or nonlocal.
func (p *parser) scope() Stmt {
	t := p.next()
	s := &Simple{Keyword: string(p.src[t.start:t.end]), Names: []string{p.name()}}
	for p.take(",") {
		s.Names = append(s.Names, p.name())
	}
	s.Range = p.since(t.start)
	return s
}

// typeAlias is `type X[T] = value`.
func (p *parser) typeAlias() Stmt {
	start := p.next().start
	t := p.tok()
	id := p.name()
	s := &Simple{Keyword: "type", Exprs: []Expr{&Name{Range{t.start, t.end}, id}}, TypeParams: p.typeParams()}
	p.want("=")
	s.Exprs = append(s.Exprs, p.expression())
	s.Range = p.since(start)
	return s
}

func (p *parser) typeParams() []*Param {
	if !p.take("[") {
		return nil
	}
	params := p.params("]", true)
	p.want("]")
	return params
}

func (p *parser) importNames() Stmt {
	start := p.next().start
	s := &Import{Names: []Alias{p.alias()}}
	for p.take(",") {
		s.Names = append(s.Names, p.alias())
	}
	s.Range = p.since(start)
	return s
}

// alias is `a.b as c`.
func (p *parser) alias() Alias {
	start := p.tok().start
	a := Alias{Name: p.dotted()}
	if p.take("as") {
		a.As = p.name()
	}
	a.Range = p.since(start)
	return a
}

func (p *parser) dotted() string {
	path := p.name()
	for p.take(".") {
		path += "." + p.name()
	}
	return path
}

func (p *parser) importFrom() Stmt {
	start := p.next().start
	s := &ImportFrom{}
	for p.at(".") || p.at("...") {
		t := p.next()
		s.Level += t.end - t.start
	}
	if s.Level == 0 || !p.at("import") {
		s.Module = p.dotted()
	}
	p.want("import")
	switch at := p.tok().start; {
	case p.take("*"):
		s.Names = []Alias{{Range: p.since(at), Name: "*"}}
	case p.take("("):
		s.Names = []Alias{p.alias()}
		for p.take(",") && !p.at(")") {
			s.Names = append(s.Names, p.alias())
		}
		p.want(")")
	default:
		s.Names = []Alias{p.alias()}
		for p.take(",") {
			s.Names = append(s.Names, p.alias())
		}
	}
	s.Range = p.since(start)
	return s
}
