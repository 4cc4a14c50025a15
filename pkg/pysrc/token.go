package pysrc

import "bytes"

// A kind says what a token is.
type kind uint8

const (
	endOfFile kind = iota
	newline        // the end of a logical line
	indent
	dedent
	name
	keyword
	number
	text   // a string literal of any sort
	op     // operator or delimiter
	broken // bytes that begin no token, or a string that does not end
)

type token struct {
	kind       kind
	start, end int
}

// keywords are the reserved words; match, case, type and _ are names.
var keywords = map[string]bool{
	"False": true, "None": true, "True": true, "and": true, "as": true, "assert": true, "async": true,
	"await": true, "break": true, "class": true, "continue": true, "def": true, "del": true, "elif": true,
	"else": true, "except": true, "finally": true, "for": true, "from": true, "global": true, "if": true,
	"import": true, "in": true, "is": true, "lambda": true, "nonlocal": true, "not": true, "or": true,
	"pass": true, "raise": true, "return": true, "try": true, "while": true, "with": true, "yield": true,
}

// A lexer cuts a source into tokens. It reads as Python does until that fails
// for want of a bracket or a triple quote; only then does it read again, from
// the damaged line or from the start, with the rules of mend.go.
type lexer struct {
	src      []byte
	pos      int
	tokens   []token
	comments []Range
	indents  []int  // columns of the blocks around pos, the outermost is 0
	open     []byte // brackets around pos
	line     lineStart

	mending bool // brackets do not match from here on
	strays  bool // triple quotes do not match in this source
	steps   int  // bytes looked at, for the test of linear time

	// plainUntil is where the last f-string that could not be read gave up; up
	// to there f-strings are read as plain ones, so that no byte is tried twice.
	plainUntil int
	lastTriple map[byte]int // last place of each triple quote, see closes
	fields     []Range      // of f-strings, nil unless asked for, see Fields
}

// lineStart is where the logical line began, to come back to.
type lineStart struct {
	pos, tokens, comments, column int
}

// scan cuts all of src.
func scan(src []byte) *lexer {
	l := &lexer{src: src}
	if !l.run() {
		steps := l.steps
		l = &lexer{src: src, strays: true, steps: steps}
		l.run()
	}
	return l
}

// run reports false when a triple quote is not closed and strays was not set.
func (l *lexer) run() bool {
	l.tokens = make([]token, 0, len(l.src)/4+8)
	l.indents = []int{0}
	if bytes.HasPrefix(l.src, []byte("\xef\xbb\xbf")) {
		l.pos = 3
	}
	for l.pos < len(l.src) {
		if l.indentation() && !l.logicalLine() {
			return false
		}
	}
	for range l.indents[1:] {
		l.emit(dedent, l.pos)
	}
	l.emit(endOfFile, l.pos)
	return true
}

func (l *lexer) emit(k kind, end int) {
	l.tokens = append(l.tokens, token{k, l.pos, end})
	l.pos = end
}

// indentation reads the white space at the start of a line and opens and closes
// blocks. It reports false, behind the line, when there is nothing else on it.
func (l *lexer) indentation() bool {
	at, column := l.margin(l.pos)
	l.pos = at
	switch c := l.peek(0); {
	case c == '#':
		l.comment()
		l.lineEnd()
		return false
	case c == '\n' || c == '\r' || at == len(l.src):
		l.lineEnd()
		return false
	}
	for column < l.indents[len(l.indents)-1] {
		l.indents = l.indents[:len(l.indents)-1]
		l.emit(dedent, l.pos)
	}
	if column > l.indents[len(l.indents)-1] { // behind a dedent, one to no outer level: the parser does not expect it
		l.indents = append(l.indents, column)
		l.emit(indent, l.pos)
	}
	l.line = lineStart{l.pos, len(l.tokens), len(l.comments), column}
	return true
}

// margin measures the white space at the start of a line: where it ends and
// the column there. A tab goes to the next multiple of 8, a form feed to 0.
func (l *lexer) margin(at int) (end, column int) {
	for ; at < len(l.src); at++ {
		l.steps++
		switch l.src[at] {
		case ' ':
			column++
		case '\t':
			column = (column/8 + 1) * 8
		case '\f':
			column = 0
		default:
			return at, column
		}
	}
	return at, column
}

// logicalLine reads up to the end of the line, over line ends in brackets. It
// reports false when a triple quote is not closed and strays was not set.
func (l *lexer) logicalLine() bool {
	for l.pos < len(l.src) {
		l.steps++
		switch c := l.src[l.pos]; {
		case c == ' ' || c == '\t' || c == '\f':
			l.pos++
		case c == '\n' || c == '\r':
			if len(l.open) > 0 && !(l.mending && l.breaksHere()) {
				l.lineEnd()
				continue
			}
			l.endLine()
			l.lineEnd()
			return true
		case c == '#':
			l.comment()
		case c == '\\' && (l.peek(1) == '\n' || l.peek(1) == '\r'):
			l.pos++
			l.lineEnd()
		case c == '"' || c == '\'':
			if !l.literal(0, false, false) {
				return false
			}
		case isLetter(c):
			if n, raw, format := prefix(l.src[l.pos:]); n > 0 {
				if !l.literal(n, raw, format) {
					return false
				}
				continue
			}
			l.word()
		case isDigit(c) || c == '.' && isDigit(l.peek(1)):
			l.emit(number, l.pos+numberLen(l.src[l.pos:]))
		default:
			if !l.operator() {
				l.goBack()
			}
		}
	}
	if len(l.open) > 0 && !l.mending {
		l.goBack()
		return l.logicalLine()
	}
	l.endLine()
	return true
}

func (l *lexer) endLine() {
	l.emit(newline, l.pos)
	l.open = l.open[:0]
}

// goBack returns to the start of the logical line to read it, and what
// follows, with mended brackets.
func (l *lexer) goBack() {
	l.mending = true
	l.open = l.open[:0]
	l.pos = l.line.pos
	l.tokens = l.tokens[:l.line.tokens]
	l.comments = l.comments[:l.line.comments]
}

// peek returns the byte n behind pos, 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

// lineEnd steps over one \n, \r\n or \r.
func (l *lexer) lineEnd() {
	if l.peek(0) == '\r' {
		l.pos++
	}
	if l.peek(0) == '\n' {
		l.pos++
	}
}

func (l *lexer) comment() {
	start := l.pos
	for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
		l.pos++
		l.steps++
	}
	l.comments = append(l.comments, Range{start, l.pos})
}

func (l *lexer) word() {
	end := l.pos
	for end < len(l.src) && (isLetter(l.src[end]) || isDigit(l.src[end])) {
		end++
		l.steps++
	}
	if keywords[string(l.src[l.pos:end])] {
		l.emit(keyword, end)
	} else {
		l.emit(name, end)
	}
}

// isLetter takes every byte of a non-ASCII character for a letter.
func isLetter(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// operators by length, the longest first.
var operators = [...]string{
	"**=", "//=", ">>=", "<<=", "...",
	"**", "//", ">>", "<<", "<=", ">=", "==", "!=", "<>", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":=",
}

const single = "+-*/%@&|^~<>()[]{},:.;="

// operator reports false when a bracket has no partner and that was not known.
func (l *lexer) operator() bool {
	rest := l.src[l.pos:min(l.pos+3, len(l.src))]
	for _, o := range operators {
		if len(rest) >= len(o) && string(rest[:len(o)]) == o {
			l.emit(op, l.pos+len(o))
			return true
		}
	}
	c := rest[0]
	switch {
	case c == '(' || c == '[' || c == '{':
		l.open = append(l.open, c)
	case c == ')' || c == ']' || c == '}':
		if !l.shut(c) {
			return false
		}
	case bytes.IndexByte([]byte(single), c) < 0:
		l.emit(broken, l.pos+1)
		return true
	}
	l.emit(op, l.pos+1)
	return true
}
