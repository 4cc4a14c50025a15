package pysrc

import (
	"slices"
	"sort"
)

// Parse reads src. It never fails: what could not be read is in Problems.
func Parse(src []byte) *File {
	lexed := scan(src)
	f := &File{Src: src, Comments: lexed.comments, lines: lineStarts(src)}
	p := &parser{file: f, src: src, tokens: lexed.tokens}
	for p.tok().kind != endOfFile {
		f.Body = p.statements(f.Body)
	}
	for _, at := range slices.Compact(lexed.uneven) {
		f.Problems = append(f.Problems, Problem{Range{at, at}, f.Line(at), "unindent does not match any outer level"})
	}
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return a.Start - b.Start })
	return f
}

// Span returns the range of the whole source.
func (f *File) Span() Range { return Range{0, len(f.Src)} }

// Text returns the source of a node.
func (f *File) Text(n Node) string {
	r := n.Span()
	return string(f.Src[r.Start:r.End])
}

// Line returns the 1-based line that holds the byte at offset.
func (f *File) Line(offset int) int {
	return sort.SearchInts(f.lines, offset+1)
}

func lineStarts(src []byte) []int {
	lines := []int{0}
	for i, c := range src {
		if c == '\n' || c == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// A parser reads tokens by recursive descent. When a token does not fit, fail
// notes it and moves to the end of the logical line, where every loop ends;
// statements then looks at failed and puts a Bad in the place of the line.
type parser struct {
	file   *File
	src    []byte
	tokens []token
	pos    int
	last   int  // end of the last token taken
	failed bool // within the current line
	header int  // start of the current header of a block
	depth  int  // expressions around this one
}

func (p *parser) tok() token { return p.tokens[p.pos] }

func (p *parser) textAt(pos int) string {
	if pos >= len(p.tokens) {
		return ""
	}
	return string(p.src[p.tokens[pos].start:p.tokens[pos].end])
}

// next takes a token.
func (p *parser) next() token {
	t := p.tok()
	if t.kind != endOfFile {
		p.pos++
		if t.kind >= name {
			p.last = t.end
		}
	}
	return t
}

// at tells whether the current token is this keyword or operator.
func (p *parser) at(word string) bool {
	t := p.tok()
	return (t.kind == op || t.kind == keyword) && string(p.src[t.start:t.end]) == word
}

// atName tells whether the current token is this name, a soft keyword.
func (p *parser) atName(word string) bool {
	return p.tok().kind == name && p.textAt(p.pos) == word
}

func (p *parser) atLineEnd() bool {
	k := p.tok().kind
	return k == newline || k == endOfFile
}

// take takes the current token if it is this keyword or operator.
func (p *parser) take(word string) bool {
	if !p.at(word) {
		return false
	}
	p.next()
	return true
}

// want is take for a token that must come.
func (p *parser) want(word string) {
	if !p.take(word) {
		p.fail("expected " + word)
	}
}

// name takes a name that must come.
func (p *parser) name() string {
	if p.tok().kind != name {
		p.fail("expected a name")
		return ""
	}
	t := p.next()
	return string(p.src[t.start:t.end])
}

// fail notes that the current token does not fit and skips the line.
func (p *parser) fail(text string) {
	if !p.failed {
		t := p.tok()
		p.problem(Range{t.start, t.end}, text)
		p.failed = true
	}
	for !p.atLineEnd() {
		p.pos++
	}
}

func (p *parser) problem(r Range, text string) {
	p.file.Problems = append(p.file.Problems, Problem{r, p.file.Line(r.Start), text})
}

// since returns the range from start to the last token taken.
func (p *parser) since(start int) Range { return Range{start, max(start, p.last)} }
