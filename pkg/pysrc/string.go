package pysrc

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// prefix returns the length of the string prefix that src begins with, 0 when
// there is none (a prefix counts only before a quote).
func prefix(src []byte) (n int, raw, format bool) {
	for n < len(src) && n < 3 && src[n] != '"' && src[n] != '\'' {
		n++
	}
	if n == len(src) || n > 2 {
		return 0, false, false
	}
	switch strings.ToLower(string(src[:n])) {
	case "u", "b":
		return n, false, false
	case "r", "br", "rb":
		return n, true, false
	case "f", "t":
		return n, false, true
	case "fr", "rf", "tr", "rt":
		return n, true, true
	}
	return 0, false, false
}

// literal reads a string whose quote stands n bytes behind pos. It reports
// false when a triple quote is not closed and strays was not set.
func (l *lexer) literal(n int, raw, format bool) bool {
	at := l.pos + n
	end, ok := 0, false
	if format && at >= l.plainUntil {
		if end, ok = l.format(at, raw, 0); !ok {
			l.plainUntil = end
		}
	}
	if !ok {
		end, ok = l.quoted(at)
	}
	triple := isTriple(l.src, at)
	switch {
	case !ok && triple && !l.strays:
		return false
	case triple && l.strays && (!ok || l.stray(end)):
		l.emit(broken, at+3)
	case !ok:
		l.emit(broken, end)
	default:
		l.emit(text, end)
	}
	return true
}

func isTriple(src []byte, at int) bool {
	return at+2 < len(src) && src[at+1] == src[at] && src[at+2] == src[at]
}

// quoted returns the offset behind the string whose quote opens at at. Without
// a closing quote ok is false and end is the end of the line, or of the source
// for a triple quote.
func (l *lexer) quoted(at int) (end int, ok bool) {
	quote, triple := l.src[at], isTriple(l.src, at)
	i := at + 1
	if triple {
		i = at + 3
		if l.strays && !l.closes(quote, i) {
			return len(l.src), false
		}
	}
	for i < len(l.src) {
		l.steps++
		switch c := l.src[i]; {
		case c == '\\':
			i = l.escaped(i)
		case c == quote && !triple:
			return i + 1, true
		case c == quote && isTriple(l.src, i):
			return i + 3, true
		case (c == '\n' || c == '\r') && !triple:
			return i, false
		default:
			i++
		}
	}
	return len(l.src), false
}

// closes tells whether the triple quote occurs at or behind from; the last
// place of each is looked up once.
func (l *lexer) closes(quote byte, from int) bool {
	if l.lastTriple == nil {
		l.lastTriple = map[byte]int{
			'"':  bytes.LastIndex(l.src, []byte(`"""`)),
			'\'': bytes.LastIndex(l.src, []byte(`'''`)),
		}
	}
	return l.lastTriple[quote] >= from
}

// escaped steps over a backslash and what it escapes.
func (l *lexer) escaped(i int) int {
	i++
	if i < len(l.src) && l.src[i] == '\r' {
		i++
		if i < len(l.src) && l.src[i] == '\n' {
			i++
		}
		return i
	}
	return min(i+1, len(l.src))
}

// maxFormatDepth bounds f-strings within f-strings; Python allows 150.
const maxFormatDepth = 150

// format is quoted for f- and t-strings, whose fields may hold strings with the
// same quotes and, since 3.12, line ends.
func (l *lexer) format(at int, raw bool, depth int) (end int, ok bool) {
	if depth > maxFormatDepth {
		return at, false
	}
	quote, triple := l.src[at], isTriple(l.src, at)
	i := at + 1
	if triple {
		i = at + 3
	}
	return l.formatText(i, fstring{quote, triple, raw, depth}, false)
}

type fstring struct {
	quote       byte
	triple, raw bool
	depth       int
}

// formatText reads the text of an f-string up to its closing quote or, as the
// format specification of a field, up to the brace that closes the field.
func (l *lexer) formatText(i int, f fstring, spec bool) (end int, ok bool) {
	for i < len(l.src) {
		l.steps++
		switch c := l.src[i]; {
		case c == '\\' && i+1 < len(l.src) && (l.src[i+1] == '{' || l.src[i+1] == '}'):
			i++
		case c == '\\' && !f.raw && bytes.HasPrefix(l.src[i:], []byte(`\N{`)):
			i += 3
			for i < len(l.src) && l.src[i] != '}' && l.src[i] != f.quote && l.src[i] != '\n' {
				i++
			}
		case c == '\\':
			i = l.escaped(i)
		case c == '{' && !spec && i+1 < len(l.src) && l.src[i+1] == '{':
			i += 2
		case c == '{':
			if i, ok = l.field(i+1, f); !ok {
				return i, false
			}
		case c == '}' && spec:
			return i + 1, true
		case c == f.quote && (!f.triple || isTriple(l.src, i)):
			if spec {
				return i, false
			}
			if f.triple {
				return i + 3, true
			}
			return i + 1, true
		case (c == '\n' || c == '\r') && !f.triple:
			return i, false
		default:
			i++
		}
	}
	return i, false
}

// field reads a replacement field behind its opening brace.
func (l *lexer) field(i int, f fstring) (end int, ok bool) {
	if f.depth++; f.depth > maxFormatDepth {
		return i, false
	}
	depth, from := 0, i
	for i < len(l.src) {
		l.steps++
		switch c := l.src[i]; {
		case c == '(' || c == '[' || c == '{':
			depth++
			i++
		case c == '}' && depth == 0:
			l.keep(from, i, f.depth)
			return i + 1, true
		case c == ')' || c == ']' || c == '}':
			depth--
			i++
		case c == ':' && depth == 0:
			l.keep(from, i, f.depth)
			return l.formatText(i+1, f, true)
		case c == '#':
			for i < len(l.src) && l.src[i] != '\n' {
				i++
				l.steps++
			}
		case c == '"' || c == '\'' || isLetter(c):
			if i, ok = l.within(i, f.depth); !ok {
				return i, false
			}
		default:
			i++
		}
	}
	return i, false
}

// within steps over a name or a string in a replacement field.
func (l *lexer) within(i, depth int) (end int, ok bool) {
	n, raw, format := prefix(l.src[i:])
	switch {
	case n == 0 && isLetter(l.src[i]):
		for i < len(l.src) && (isLetter(l.src[i]) || isDigit(l.src[i])) {
			i++
			l.steps++
		}
		return i, true
	case format:
		return l.format(i+n, raw, depth)
	}
	return l.quoted(i + n)
}

// decode returns what a single literal stands for; ok is false for bytes,
// f- and t-strings and for \N{...}, whose names are not known here.
func decode(literal string) (value string, ok bool) {
	n := strings.IndexAny(literal, `"'`)
	raw := false
	switch strings.ToLower(literal[:n]) {
	case "", "u":
	case "r":
		raw = true
	default:
		return "", false
	}
	body := literal[n:]
	width := 1
	if len(body) >= 6 && body[1] == body[0] && body[2] == body[0] {
		width = 3
	}
	body = body[width : len(body)-width]
	if strings.IndexByte(body, '\r') >= 0 {
		body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	}
	if raw || strings.IndexByte(body, '\\') < 0 {
		return body, true
	}
	return unescape(body)
}

// unescape resolves backslashes; an unknown escape stays as it is.
func unescape(body string) (string, bool) {
	const letters, meaning = `\'"abfnrtv`, "\\'\"\a\b\f\n\r\t\v"
	var b strings.Builder
	for i := 0; i < len(body); {
		c := body[i]
		i++
		if c != '\\' || i == len(body) {
			b.WriteByte(c)
			continue
		}
		c = body[i]
		i++
		at := strings.IndexByte(letters, c)
		size := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		switch {
		case c == '\n':
		case at >= 0:
			b.WriteByte(meaning[at])
		case c == 'N':
			return "", false
		case size > 0:
			if i+size > len(body) {
				return "", false
			}
			code, err := strconv.ParseUint(body[i:i+size], 16, 32)
			if err != nil || code > utf8.MaxRune {
				return "", false
			}
			b.WriteRune(rune(code))
			i += size
		case c >= '0' && c <= '7':
			code := rune(c - '0')
			for n := 1; n < 3 && i < len(body) && body[i] >= '0' && body[i] <= '7'; n++ {
				code = code*8 + rune(body[i]-'0')
				i++
			}
			b.WriteRune(code)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String(), true
}
