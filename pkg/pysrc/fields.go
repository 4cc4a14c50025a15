package pysrc

// Fields lists the expressions within the f- and t-strings of a string, without
// conversion and format: `{x!r:>8}` gives x. They have no nodes of their own.
func (f *File) Fields(s *String) []Range {
	l := &lexer{src: f.Src[:s.End], fields: []Range{}}
	for l.pos = s.Start; l.pos < s.End; {
		n, raw, format := prefix(l.src[l.pos:])
		switch c := l.src[l.pos+n]; {
		case c != '"' && c != '\'': // what stands between the parts
			l.pos++
			continue
		case format:
			end, ok := l.format(l.pos+n, raw, 0)
			if !ok {
				return l.fields
			}
			l.pos = end
		default:
			end, ok := l.quoted(l.pos + n)
			if !ok {
				return l.fields
			}
			l.pos = end
		}
	}
	return l.fields
}

// keep notes the expression of an outermost field, where they are asked for.
func (l *lexer) keep(from, to, depth int) {
	if l.fields == nil || depth != 1 {
		return
	}
	if to-from > 2 && l.src[to-2] == '!' && isLetter(l.src[to-1]) {
		to -= 2 // !r
	}
	if to-from > 1 && l.src[to-1] == '=' {
		to-- // {x=}
	}
	l.fields = append(l.fields, Range{from, to})
}
