package space

import (
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// lineStart is where the line that holds an offset begins.
func lineStart(src string, at int) int { return strings.LastIndexByte(src[:at], '\n') + 1 }

// lineEnd is where the line that holds an offset ends, before its line break.
func lineEnd(src string, at int) int {
	end := len(src)
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > at && src[end-1] == '\r' {
		end--
	}
	return end
}

// lineBreak is the one that the file uses.
func (f *finder) lineBreak() string {
	first, _, _ := strings.Cut(string(f.m.File.Src), "\n")
	if strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}

func blank(text string) bool { return strings.Trim(text, " \t\f") == "" }

// ends tells whether the rest of a line holds a comment at most.
func ends(rest string) bool {
	rest = strings.TrimLeft(rest, " \t\f")
	return rest == "" || rest[0] == '#'
}

// alone tells whether a range has its lines for itself, a comment aside, and
// gives the indent and where the last line ends. behind has to follow it.
func (f *finder) alone(r pysrc.Range, behind string) (indent string, end int, ok bool) {
	src := string(f.m.File.Src)
	indent = src[lineStart(src, r.Start):r.Start]
	end = lineEnd(src, r.End)
	rest, found := strings.CutPrefix(strings.TrimLeft(src[r.End:end], " \t"), behind)
	return indent, end, found && blank(indent) && ends(rest)
}

// afterStatement writes statements on lines of their own behind one.
func (f *finder) afterStatement(r pysrc.Range, texts ...string) (edit.Edit, bool) {
	indent, end, ok := f.alone(r, "")
	return edit.Edit{Start: end, End: end, New: f.lines(indent, texts, "")}, ok
}

// beforeStatement writes a statement on a line of its own before one.
func (f *finder) beforeStatement(r pysrc.Range, text string) (edit.Edit, bool) {
	indent, _, ok := f.alone(r, "")
	return edit.Edit{Start: r.Start, End: r.Start, New: text + f.lineBreak() + indent}, ok
}

// withoutStatement deletes the lines of a statement; not the first of a
// notebook's cell, whose line break before is that of another cell.
func (f *finder) withoutStatement(r pysrc.Range) (edit.Edit, bool) {
	_, end, ok := f.alone(r, "")
	e := f.withoutLines(r.Start, end)
	return e, ok && f.m.InOneCell(e.Start, e.End)
}

// withoutLines deletes from the line break before the line of start.
func (f *finder) withoutLines(start, end int) edit.Edit {
	src := string(f.m.File.Src)
	return edit.Edit{Start: max(0, lineStart(src, start)-len(f.lineBreak())), End: end}
}

func (f *finder) lines(indent string, texts []string, behind string) string {
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(f.lineBreak() + indent + text + behind)
	}
	return all.String()
}

// afterElement writes elements behind the i-th of a list or of arguments, which
// is not the last: each on a line where those around have their own.
func (f *finder) afterElement(elements []pysrc.Range, i int, texts ...string) (edit.Edit, bool) {
	at, next := elements[i].End, elements[i+1]
	src := string(f.m.File.Src)
	line := lineStart(src, next.Start)
	end := lineEnd(src, at)
	rest, comma := strings.CutPrefix(strings.TrimLeft(src[at:end], " \t"), ",")
	if comma && line > at && blank(src[line:next.Start]) && ends(rest) {
		return edit.Edit{Start: end, End: end, New: f.lines(src[line:next.Start], texts, ",")}, true
	}
	// Else it is in brackets of its own, or a comment is in the way.
	comma = strings.HasPrefix(strings.TrimLeft(src[at:], " \t\r\n\\"), ",")
	return edit.Edit{Start: at, End: at, New: ", " + strings.Join(texts, ", ")}, comma
}

// beforeElement writes an element before the i-th.
func (f *finder) beforeElement(elements []pysrc.Range, i int, text string) edit.Edit {
	at := elements[i].Start
	src := string(f.m.File.Src)
	gap := ", "
	if indent := src[lineStart(src, at):at]; blank(indent) {
		gap = "," + f.lineBreak() + indent
	}
	return edit.Edit{Start: at, End: at, New: text + gap}
}

// withoutElement deletes the i-th element, neither the first nor the last.
func (f *finder) withoutElement(elements []pysrc.Range, i int) (edit.Edit, bool) {
	before, r := elements[i-1].End, elements[i]
	src := string(f.m.File.Src)
	if _, end, ok := f.alone(r, ","); ok && lineStart(src, r.Start) > before {
		return f.withoutLines(r.Start, end), true
	}
	gap := strings.Trim(src[before:r.Start], " \t\r\n\\")
	return edit.Edit{Start: before, End: r.End}, gap == ","
}

// between is the white space that separates what begins at an offset from what
// stands before: a line end and the indent, or one blank.
func between(src string, at int) string {
	head := src[:at]
	indent := head[strings.LastIndexByte(head, '\n')+1:]
	if strings.TrimLeft(indent, " \t") != "" {
		return " "
	}
	if strings.HasSuffix(head[:len(head)-len(indent)], "\r\n") {
		return "\r\n" + indent
	}
	return "\n" + indent
}
