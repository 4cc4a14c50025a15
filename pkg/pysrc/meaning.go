package pysrc

import "bytes"

// Meaning returns what Python executes of a source: its tokens, without comments,
// blank lines and the width of white space. Sources of one meaning do the same,
// but for what they tell of their own lines. A source that cannot be read, or
// that declares its encoding, is returned as it is.
func Meaning(src []byte) []byte {
	lexed := scan(src)
	if lexed.mending || lexed.strays || declaresEncoding(lexed) {
		return src
	}
	meaning := make([]byte, 0, len(src))
	for _, t := range lexed.tokens {
		if t.kind == broken {
			return src
		}
		meaning = append(meaning, byte(t.kind))
		if t.kind >= name {
			meaning = append(meaning, src[t.start:t.end]...)
		}
		meaning = append(meaning, 0) // which is in no source
	}
	return meaning
}

// declaresEncoding reports a comment in the first two lines as PEP 263 wants it.
func declaresEncoding(l *lexer) bool {
	for _, c := range l.comments {
		if bytes.Count(l.src[:c.Start], []byte("\n")) > 1 {
			return false
		}
		if bytes.Contains(l.src[c.Start:c.End], []byte("coding")) {
			return true
		}
	}
	return false
}
