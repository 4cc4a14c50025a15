package pysrc

import "strings"

// primary is an atom with the attributes, calls and subscripts behind it.
func (p *parser) primary() Expr {
	start := p.tok().start
	x := p.atom()
	for {
		switch {
		case p.take("."):
			attr := p.name()
			x = &Attribute{p.since(start), x, attr}
		case p.at("("):
			x = p.call(start, x)
		case p.take("["):
			index := p.items(p.slice, func() bool { return p.at("]") })
			p.want("]")
			x = &Subscript{p.since(start), x, index}
		default:
			return x
		}
	}
}

func (p *parser) atom() Expr {
	switch t := p.tok(); t.kind {
	case name:
		p.next()
		return &Name{p.since(t.start), string(p.src[t.start:t.end])}
	case number:
		p.next()
		return &Number{p.since(t.start)}
	case text:
		return p.strings()
	case keyword:
		if word := p.textAt(p.pos); word == "True" || word == "False" || word == "None" {
			p.next()
			return &Constant{p.since(t.start), word}
		}
	case op:
		switch p.textAt(p.pos) {
		case "(":
			return p.parentheses()
		case "[":
			return p.list()
		case "{":
			return p.braces()
		case "...":
			p.next()
			return &Constant{p.since(t.start), "..."}
		}
	}
	start := p.tok().start
	p.fail("invalid syntax")
	return &Bad{Range{start, start}}
}

// strings reads adjacent literals.
func (p *parser) strings() *String {
	first := p.next()
	s := &String{Range: p.since(first.start)}
	s.Value, s.Plain = decode(string(p.src[first.start:first.end]))
	for s.Format = isFormat(p.src[first.start:first.end]); p.tok().kind == text; {
		t := p.next()
		s.Range = p.since(first.start)
		s.Value, s.Plain = "", false
		s.Format = s.Format || isFormat(p.src[t.start:t.end])
	}
	return s
}

func isFormat(literal []byte) bool {
	_, _, format := prefix(literal)
	return format
}

// parentheses is a tuple, a generator expression or an expression in brackets.
func (p *parser) parentheses() Expr {
	start := p.next().start
	if p.take(")") {
		return &Tuple{p.since(start), nil}
	}
	if p.at("yield") {
		x := p.nested(p.yield)
		p.want(")")
		return x
	}
	first := p.nested(p.element)
	if p.atFor() {
		clauses := p.clauses()
		p.want(")")
		return &Comp{p.since(start), "generator", first, nil, clauses}
	}
	if !p.at(",") {
		p.want(")")
		return first
	}
	elts := p.rest([]Expr{first}, ")")
	return &Tuple{p.since(start), elts}
}

// rest reads ", element" up to the closing bracket and takes that.
func (p *parser) rest(elts []Expr, closer string) []Expr {
	for p.take(",") && !p.at(closer) {
		elts = append(elts, p.element())
	}
	p.want(closer)
	return elts
}

func (p *parser) list() Expr {
	start := p.next().start
	if p.take("]") {
		return &List{p.since(start), nil}
	}
	first := p.nested(p.element)
	if p.atFor() {
		clauses := p.clauses()
		p.want("]")
		return &Comp{p.since(start), "list", first, nil, clauses}
	}
	elts := p.rest([]Expr{first}, "]")
	return &List{p.since(start), elts}
}

// braces is a dict, a set or a comprehension of one.
func (p *parser) braces() Expr {
	start := p.next().start
	if p.take("}") {
		return &Dict{p.since(start), nil, nil}
	}
	if p.at("**") {
		return p.dict(start)
	}
	first := p.nested(p.element)
	switch {
	case p.at(":"):
		return p.dictFrom(start, first)
	case p.atFor():
		clauses := p.clauses()
		p.want("}")
		return &Comp{p.since(start), "set", first, nil, clauses}
	}
	elts := p.rest([]Expr{first}, "}")
	return &Set{p.since(start), elts}
}

// dictFrom reads on behind the first key.
func (p *parser) dictFrom(start int, key Expr) Expr {
	p.want(":")
	value := p.nested(p.expression)
	if p.atFor() {
		clauses := p.clauses()
		p.want("}")
		return &Comp{p.since(start), "dict", key, value, clauses}
	}
	d := &Dict{Keys: []Expr{key}, Values: []Expr{value}}
	if p.take(",") {
		return p.dictItems(start, d)
	}
	p.want("}")
	d.Range = p.since(start)
	return d
}

func (p *parser) dict(start int) Expr { return p.dictItems(start, &Dict{}) }

func (p *parser) dictItems(start int, d *Dict) Expr {
	for !p.at("}") && !p.failed {
		if p.take("**") {
			d.Keys = append(d.Keys, nil)
			d.Values = append(d.Values, p.binary(bitOr))
		} else {
			d.Keys = append(d.Keys, p.expression())
			p.want(":")
			d.Values = append(d.Values, p.nested(p.expression))
		}
		if !p.take(",") {
			break
		}
	}
	p.want("}")
	d.Range = p.since(start)
	return d
}

// slice is one index of a subscript.
func (p *parser) slice() Expr {
	start := p.tok().start
	var s Slice
	if !p.at(":") {
		x := p.nested(p.element)
		if !p.at(":") {
			return x
		}
		s.Low = x
	}
	p.want(":")
	if !p.at(":") && !p.at(",") && !p.at("]") {
		s.High = p.nested(p.expression)
	}
	if p.take(":") && !p.at(",") && !p.at("]") {
		s.Step = p.nested(p.expression)
	}
	s.Range = p.since(start)
	return &s
}

func (p *parser) call(start int, function Expr) Expr {
	c := &Call{Func: function, Open: p.next().start}
	c.Args, c.Keywords = p.arguments(c.Open)
	c.Close = p.tok().start
	p.want(")")
	c.Range = p.since(start)
	return c
}

// arguments reads what stands within the brackets of a call or class header. A
// generator that is the only argument owns the brackets, as in ast.
func (p *parser) arguments(open int) (args []Expr, keywords []*Keyword) {
	for !p.at(")") && !p.failed {
		start := p.tok().start
		switch {
		case p.take("**"):
			value := p.nested(p.expression)
			keywords = append(keywords, &Keyword{p.since(start), "", value})
		case p.take("*"):
			x := p.nested(p.expression)
			args = append(args, &Starred{p.since(start), x})
		case p.tok().kind == name && p.textAt(p.pos+1) == "=":
			arg := p.name()
			p.next()
			value := p.nested(p.expression)
			keywords = append(keywords, &Keyword{p.since(start), arg, value})
		default:
			x := p.nested(p.element)
			if p.atFor() {
				clauses := p.clauses()
				if !p.at(")") || len(args)+len(keywords) > 0 {
					p.fail("a generator among arguments needs brackets")
				}
				x = &Comp{Range{open, p.tok().end}, "generator", x, nil, clauses}
			}
			args = append(args, x)
		}
		if !p.take(",") {
			break
		}
	}
	return args, keywords
}

func (p *parser) atFor() bool {
	return p.at("for") || p.at("async") && p.textAt(p.pos+1) == "for"
}

// clauses reads "for ... in ... if ..." of a comprehension.
func (p *parser) clauses() []*Clause {
	var clauses []*Clause
	for p.atFor() {
		start := p.tok().start
		p.take("async")
		p.want("for")
		c := &Clause{Target: p.targets()}
		p.want("in")
		c.Iter = p.binary(or)
		for p.take("if") {
			c.Ifs = append(c.Ifs, p.condition())
		}
		c.Range = p.since(start)
		clauses = append(clauses, c)
	}
	return clauses
}

// condition is the test of a clause: no "if else", but := and, in 3.8, lambda.
func (p *parser) condition() Expr {
	if p.at("lambda") {
		return p.lambda()
	}
	start := p.tok().start
	x := p.binary(or)
	if p.take(":=") {
		value := p.binary(or)
		return &Walrus{p.since(start), x, value}
	}
	return x
}

// params reads parameters up to the closer, which it leaves. Type parameters
// are read likewise.
func (p *parser) params(closer string, annotated bool) []*Param {
	var params []*Param
	for !p.at(closer) && !p.failed {
		if p.take("/") || p.at("*") && strings.Contains(",:)", p.textAt(p.pos+1)) && p.take("*") {
			if !p.take(",") {
				break
			}
			continue
		}
		params = append(params, p.param(annotated))
		if !p.take(",") {
			break
		}
	}
	return params
}

func (p *parser) param(annotated bool) *Param {
	start := p.tok().start
	param := &Param{}
	for _, stars := range [...]string{"*", "**"} {
		if p.take(stars) {
			param.Kind = stars
		}
	}
	param.Name = p.name()
	if annotated && p.take(":") {
		param.Annotation = p.nested(p.element)
	}
	if p.take("=") {
		param.Default = p.nested(p.element)
	}
	param.Range = p.since(start)
	return param
}
