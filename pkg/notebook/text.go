package notebook

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode appends what a JSON string stands for, with the place of every byte.
func (n *Notebook) decode(s value) {
	for i := 1; i < len(s.raw)-1; {
		text, size := string(s.raw[i:i+1]), 1
		if s.raw[i] == '\\' {
			text, size = unescape(s.raw[i:])
		}
		n.put(text, s.at+i, s.at+i+size)
		i += size
	}
}

// unescape reads the escape that raw begins with; two \u that make a surrogate
// pair are one.
func unescape(raw []byte) (text string, size int) {
	if raw[1] != 'u' {
		const letters, meaning = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		at := strings.IndexByte(letters, raw[1])
		return meaning[at : at+1], 2
	}
	first := unit(raw)
	if utf16.IsSurrogate(first) && bytes.HasPrefix(raw[6:], []byte(`\u`)) {
		if r := utf16.DecodeRune(first, unit(raw[6:])); r != utf8.RuneError {
			return string(r), 12
		}
	}
	return string(first), 6
}

// unit reads \uXXXX, which the JSON decoder has seen to be well formed.
func unit(raw []byte) rune {
	code, _ := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(code)
}

// escape writes text as it stands within a JSON string, non-ASCII characters
// and <, >, & as they are, the way Jupyter does.
func escape(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return "" // a string always has a JSON form
	}
	return strings.TrimSuffix(b.String(), "\"\n")[1:]
}
