package notebook

import (
	"bytes"
	"regexp"
	"strings"
)

var (
	// transparent are the cell magics below which Python goes on.
	transparent = regexp.MustCompile(`^%%(time|timeit|capture|prun|memit|mprun|python|python3|py)\b`)
	// command is a line that IPython reads otherwise: !ls, %magic, ?name, name?,
	// x = !ls, x = %magic.
	command = regexp.MustCompile(`^[!%?]|^[^#'"]*\?\??[ \t]*$|^[\w.,\[\] \t]+=[ \t]*[!%]`)
	// unsigned is a magic that people write without its %.
	unsigned = regexp.MustCompile(`^(?:pip|conda)[ \t]+(?:install|uninstall|list|show|freeze)\b`)
	shell    = regexp.MustCompile(`^%%(bash|sh|script|!)`)
	timed    = regexp.MustCompile(`^%time[ \t]`)
)

// blank overwrites with spaces what is not Python in the source of a cell, and
// returns those lines; the lines of a shell's cell begin with a "!".
func blank(cell []byte) (commands []string) {
	start := len(cell) - len(bytes.TrimLeft(cell, " \t\r\n"))
	if bytes.HasPrefix(cell[start:], []byte("%%")) {
		if !transparent.Match(cell[start:]) {
			if shell.Match(cell[start:]) {
				for _, line := range bytes.Split(cell[start+lineLen(cell[start:]):], []byte("\n")) {
					commands = append(commands, "!"+string(bytes.TrimSpace(line)))
				}
			}
			erase(cell)
			return commands
		}
		end := start + lineLen(cell[start:])
		erase(cell[start:end])
		start = end
	}
	for at := start; at < len(cell); {
		margin := at
		for margin < len(cell) && (cell[margin] == ' ' || cell[margin] == '\t') {
			margin++
		}
		line := cell[margin : margin+lineLen(cell[margin:])]
		switch {
		case timed.Match(line):
			copy(line, "pass; ") // as long as "%time ", and the rest is Python
		case command.Match(line), unsigned.Match(line):
			end := margin + continuedLen(cell[margin:])
			text := strings.ReplaceAll(string(cell[margin:end]), "\\\n", " ")
			if unsigned.Match(line) {
				text = "%" + text
			}
			commands = append(commands, text)
			erase(cell[margin:end])
			if margin > at && end-margin >= len("pass") {
				copy(cell[margin:], "pass") // it may be the only line of a block
			}
			at = end + 1
			continue
		}
		at = margin + logicalLen(cell[margin:])
	}
	return commands
}

func erase(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// lineLen returns the length of the first line without its end.
func lineLen(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// continuedLen is lineLen over line ends behind a backslash.
func continuedLen(text []byte) int {
	n := lineLen(text)
	for n < len(text) && n > 0 && text[n-1] == '\\' {
		n += 1 + lineLen(text[n+1:])
	}
	return n
}

// logicalLen returns the length of the first logical line of Python with its
// end: a line end within brackets or strings does not count.
func logicalLen(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		case '#':
			i += lineLen(text[i:]) - 1
		case '\\':
			i++
		case '\'', '"':
			i += stringLen(text[i:]) - 1
		case '\n':
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// stringLen returns the length of the string literal whose quote opens text;
// one that does not end is taken up to the end of the line.
func stringLen(text []byte) int {
	quote := text[:1]
	if triple := bytes.Repeat(quote, 3); bytes.HasPrefix(text, triple) {
		quote = triple
	}
	for i := len(quote); i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case bytes.HasPrefix(text[i:], quote):
			return i + len(quote)
		case text[i] == '\n' && len(quote) == 1:
			return i
		}
	}
	return len(text)
}
