package pysrc

import "bytes"

// The rules of this file hold for damaged sources only; shut alone serves all.

var openers = map[byte]byte{')': '(', ']': '[', '}': '{'}

// shut closes a bracket. It reports false when the bracket has no partner and
// mending has not begun.
func (l *lexer) shut(c byte) bool {
	opener := openers[c]
	last := len(l.open) - 1
	if last >= 0 && l.open[last] == opener {
		l.open = l.open[:last]
		return true
	}
	if !l.mending {
		return false
	}
	if i := bytes.LastIndexByte(l.open, opener); i >= 0 {
		l.open = l.open[:i]
	}
	return true
}

// starters are words that begin a statement and never stand first on a line
// within brackets.
var starters = map[string]bool{
	"assert": true, "break": true, "class": true, "continue": true, "def": true, "del": true, "from": true,
	"global": true, "import": true, "nonlocal": true, "pass": true, "raise": true, "return": true, "try": true,
	"while": true, "with": true,
}

// headers are words that begin the header of a block.
var headers = map[string]bool{
	"async": true, "class": true, "def": true, "elif": true, "else": true, "except": true, "finally": true,
	"for": true, "if": true, "try": true, "while": true, "with": true, "match": true, "case": true,
}

// breaksHere decides, at a line end within brackets, whether the statement
// ends there and a bracket is missing.
func (l *lexer) breaksHere() bool {
	tokens := l.tokens[l.line.tokens:]
	if last := tokens[len(tokens)-1]; headers[l.textOf(tokens[0])] && l.textOf(last) == ":" {
		return true
	}
	next := l.pos + 1
	if l.src[l.pos] == '\r' && l.peek(1) == '\n' {
		next++
	}
	at, column := l.margin(next)
	if at == len(l.src) {
		return true
	}
	switch l.src[at] {
	case '\n', '\r', '#': // the line after it decides
		return false
	case '(', '[', '{', ')', ']', '}': // seldom begins a statement
		return false
	}
	if column <= l.line.column {
		return true
	}
	end := at
	for end < len(l.src) && end < at+9 && isLetter(l.src[end]) {
		end++
	}
	return starters[string(l.src[at:end])]
}

func (l *lexer) textOf(t token) string { return string(l.src[t.start:t.end]) }

// stray tells whether the triple quote that opens at pos and is closed before
// end was never meant to open a string: it stands behind an operand, the
// closing quote is followed by a word as an opening one is, or it stands, as
// an opening one does, below the header of a block.
func (l *lexer) stray(end int) bool {
	if len(l.tokens) > l.line.tokens {
		switch last := l.tokens[len(l.tokens)-1]; last.kind {
		case name, number:
			return true
		case op:
			if c := l.src[last.start]; c == ')' || c == ']' || c == '}' {
				return true
			}
		}
	}
	if end < len(l.src) && isLetter(l.src[end]) {
		return true
	}
	content := l.src[l.pos : end-3]
	lineAt := bytes.LastIndexByte(content, '\n')
	if lineAt < 0 || len(bytes.TrimSpace(content[lineAt:])) > 0 {
		return false
	}
	return bytes.HasSuffix(bytes.TrimRight(content, " \t\r\n\f"), []byte(":"))
}
