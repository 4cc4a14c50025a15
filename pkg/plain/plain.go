// Package plain makes text that programs wrote safe for a terminal, a mail or a
// git note: no escape sequence and no other control character is left in it.
package plain

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sequence is what a terminal takes for a command, as ECMA-48 has it; a string
// that is not closed ends with its line.
var sequence = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]?` +
	`|(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}\n]*(?:\x07|\x1b\\|\x{9c})?` +
	`|\x1b[ -/]*[0-~]?`)

// Text drops escape sequences and control characters, but for tabs and newlines.
// A carriage return begins a line, as that of a progress bar does.
func Text(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return dropped(c) && c != '\t' && c != '\n' }) {
		return text
	}
	return drop(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\t\n")
}

func dropped(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) }

func drop(text, but string) string {
	return strings.Map(func(c rune) rune {
		if dropped(c) && !strings.ContainsRune(but, c) {
			return -1
		}
		return c
	}, sequence.ReplaceAllString(text, ""))
}

// Terminal returns a writer to a terminal that passes on what Text leaves, and
// carriage returns, so that progress bars stay in their line.
func Terminal(w io.Writer) io.Writer { return &terminal{w: w} }

type terminal struct {
	w    io.Writer
	rest []byte // a character or sequence that is not whole yet
}

func (t *terminal) Write(text []byte) (int, error) {
	all := append(t.rest, text...)
	end := whole(all)
	t.rest = slices.Clone(all[end:])
	if _, err := io.WriteString(t.w, drop(string(all[:end]), "\t\n\r")); err != nil {
		return 0, err
	}
	return len(text), nil
}

// torn is a sequence that goes on in the next text.
var torn = regexp.MustCompile(`(?:\x1b[ -/]*|(?:\x1b\[|\x{9b})[0-?]*[ -/]*` +
	`|(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}\n]{0,1000}\x1b?)$`)

// whole is how much of a text has only whole characters and sequences.
func whole(text []byte) int {
	if found := torn.FindIndex(text); found != nil {
		return found[0]
	}
	for i := len(text) - 1; i >= max(0, len(text)-utf8.UTFMax); i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRune(text[i:]) {
				return i
			}
			break
		}
	}
	return len(text)
}
