package inspect

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A pathfinder reads the paths that expressions stand for.
type pathfinder struct {
	*trace
	// every asks for all that a name may hold, in a loop as well, not only for the
	// first that is known.
	every bool
}

// path is what an expression names, with "*" for parts that are unknown; whole is
// false where it is unknown how it begins.
func (w pathfinder) path(m *project.Module, e pysrc.Expr) (name string, whole bool) {
	if names := w.names(m, e, farthest); len(names) > 0 {
		return names[0], true
	}
	return "", false
}

// mostNames is how many paths an expression names at most.
const mostNames = 50

// names lists the paths that an expression may name, those whose begin is known.
func (w pathfinder) names(m *project.Module, e pysrc.Expr, steps int) []string {
	if steps == 0 {
		return nil
	}
	return once(w.paths, e, steps, func() []string { return w.locate(m, e, steps-1) })
}

// held lists the paths that one of some expressions names.
func (w pathfinder) held(at []spot, steps int) (names []string) {
	for _, s := range at {
		for _, name := range w.names(s.m, s.e, steps) {
			if len(names) < mostNames && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) > 0 && !w.every {
			break
		}
	}
	return names
}

// combined are two parts of a path, each of the first with each of the second.
func combined(left, right []string, combine func(left, right string) string) (names []string) {
	for _, l := range left {
		for _, r := range right {
			if len(names) < mostNames {
				names = append(names, combine(l, r))
			}
		}
	}
	return names
}

// orUnknown are the names of a part of a path, "*" where there are none.
func orUnknown(names []string) []string {
	if len(names) == 0 {
		return []string{unknown}
	}
	return names
}

// changed applies a change to each name.
func changed(names []string, change func(string) string) []string {
	return combined(names, []string{""}, func(name, _ string) string { return change(name) })
}

func (w pathfinder) locate(m *project.Module, e pysrc.Expr, steps int) []string {
	switch e := e.(type) {
	case *pysrc.String:
		switch {
		case e.Format:
			return w.format(m, e, steps)
		case e.Plain, w.every && e.Value != "": // the latter of several parts
			return []string{e.Value}
		}
	case *pysrc.Number:
		return []string{m.File.Text(e)}
	case *pysrc.Name:
		if e.ID == "__file__" {
			return []string{path.Join(top, m.Name)}
		}
		return w.held(w.given(m, e), steps)
	case *pysrc.Binary:
		left := w.names(m, e.X, steps)
		switch e.Op {
		case "%":
			return w.filled(m, left, percent, func(i int, _ string) pysrc.Expr { return operand(e.Y, i) }, steps)
		case "/":
			return combined(left, orUnknown(w.names(m, e.Y, steps)), func(l, r string) string { return path.Join(l, r) })
		case "+":
			return combined(left, orUnknown(w.names(m, e.Y, steps)), func(l, r string) string { return l + r })
		}
	case *pysrc.Attribute:
		return w.attribute(m, e, steps)
	case *pysrc.Subscript:
		return w.subscript(m, e, steps)
	case *pysrc.Cond:
		if w.every {
			return w.held([]spot{{m, e.Then}, {m, e.Else}}, steps)
		}
	case *pysrc.Call:
		return w.made(m, e, steps)
	}
	return nil
}

// given lists what a name may hold.
func (w pathfinder) given(m *project.Module, n *pysrc.Name) []spot {
	if w.every {
		if found := w.looped(m, n); found != nil {
			return found
		}
	}
	return w.holds(m, n)
}

// attribute is the path of args.data, config.DATA or path.parent.
func (w pathfinder) attribute(m *project.Module, e *pysrc.Attribute, steps int) []string {
	if e.Attr == "parent" {
		return changed(w.names(m, e.Value, steps), path.Dir)
	}
	base, ok := e.Value.(*pysrc.Name)
	if !ok {
		return nil
	}
	if found := w.elsewhere(m, m.Imports[base.ID]+"."+e.Attr); found != nil {
		return w.held(found, steps)
	}
	if base.ID == "self" { // self.data = data
		return w.held(w.set(m, e), steps)
	}
	if w.every { // of a class
		if found := w.body(m, e); found != nil {
			return w.held(found, steps)
		}
	}
	for _, other := range w.program { // args.data
		for _, c := range other.Calls {
			if project.LastName(c.Func) != "add_argument" || strings.ReplaceAll(strings.TrimLeft(firstString(c), "-"), "-", "_") != e.Attr {
				continue
			}
			if value, ok := other.Given(c); ok {
				return []string{value}
			}
			if given := project.Argument(c, "default", -1); given != nil {
				return w.names(other, given, steps)
			}
		}
	}
	return nil
}

// subscript is the path of Path(...).parents[1] or, of every one, that of an
// entry of a display.
func (w pathfinder) subscript(m *project.Module, e *pysrc.Subscript, steps int) []string {
	if a, ok := e.Value.(*pysrc.Attribute); ok && a.Attr == "parents" {
		levels, err := strconv.Atoi(m.File.Text(e.Index))
		if err != nil {
			return nil
		}
		return changed(w.names(m, a.Value, steps), func(name string) string {
			for range levels + 1 {
				name = path.Dir(name)
			}
			return name
		})
	}
	if w.every {
		return w.held(w.entries(m, e), steps)
	}
	return nil
}

// made is the path that a call of os.path or pathlib makes.
func (w pathfinder) made(m *project.Module, c *pysrc.Call, steps int) []string {
	a, method := c.Func.(*pysrc.Attribute)
	last := project.LastName(c.Func)
	if method && len(c.Args) == 0 && (last == "resolve" || last == "absolute" || last == "expanduser" || last == "as_posix") {
		return w.names(m, a.Value, steps)
	}
	if last == "format" && method {
		return w.filled(m, w.names(m, a.Value, steps), braces, func(i int, spec string) pysrc.Expr { return field(c, i, spec) }, steps)
	}
	if len(c.Args) == 0 {
		if last == "getcwd" || last == "cwd" {
			return []string{"."}
		}
		return nil
	}
	switch last {
	case "joinpath":
		if method {
			return w.joined(m, append([]pysrc.Expr{a.Value}, c.Args...), steps)
		}
	case "join", "Path", "PurePath":
		return w.joined(m, c.Args, steps)
	case "dirname":
		return changed(w.names(m, c.Args[0], steps), path.Dir)
	case "abspath", "realpath", "normpath", "expanduser", "str", "fspath", "quote":
		return w.names(m, c.Args[0], steps)
	}
	return nil
}

// operand is the i-th of what stands behind a % for a text.
func operand(values pysrc.Expr, i int) pysrc.Expr {
	list := elements(values)
	if list == nil {
		list = []pysrc.Expr{values}
	}
	if i >= len(list) {
		return nil
	}
	return list[i]
}

// field is what a call of format gives for a field: {}, the i-th, {0} or {name}.
func field(c *pysrc.Call, i int, spec string) pysrc.Expr {
	if spec == "{{" || spec == "}}" {
		return nil
	}
	name, _, _ := strings.Cut(strings.Trim(spec, "{}"), ":")
	if name != "" {
		var err error
		if i, err = strconv.Atoi(name); err != nil {
			i = -1
		}
	}
	return project.Argument(c, name, i)
}

// joined are parts of a path put together; one that begins anew drops those before.
func (w pathfinder) joined(m *project.Module, parts []pysrc.Expr, steps int) []string {
	names := w.names(m, parts[0], steps)
	for _, e := range parts[1:] {
		names = combined(names, orUnknown(w.names(m, e, steps)), func(before, part string) string {
			if isAnchored(part) {
				return part
			}
			return path.Join(before, part)
		})
	}
	return changed(names, func(name string) string { return path.Join(name) })
}

// format is the path in an f-string of one part, whose expressions are read as
// if each stood alone in the file, at its place.
func (w pathfinder) format(m *project.Module, s *pysrc.String, steps int) []string {
	src := m.File.Src[s.Start:s.End]
	open := bytes.IndexAny(src, `"'`)
	text := src[open:]
	quote := text[:1]
	if len(text) >= 6 && bytes.HasPrefix(text, bytes.Repeat(quote, 3)) {
		quote = text[:3]
	}
	at, end := s.Start+open+len(quote), s.End-len(quote)
	if bytes.Count(text, quote) != 2 || bytes.ContainsRune(text, '\\') { // several parts, or escapes
		if !w.every {
			return nil
		}
		end = w.plainEnd(m, s, at, quote) // a command begins with what it runs
	}
	names := []string{""}
	add := func(parts ...string) {
		names = combined(names, parts, func(l, r string) string { return l + r })
	}
	for _, field := range m.File.Fields(s) {
		if field.Start >= end {
			break
		}
		from := at + bytes.LastIndexByte(m.File.Src[at:field.Start], '{')
		add(string(m.File.Src[at:max(at, from)]))
		var part []string
		alone := pysrc.Parse(append(bytes.Repeat([]byte("\n"), field.Start), bytes.TrimRight(m.File.Src[field.Start:field.End], " ")...))
		if len(alone.Body) == 1 {
			if x, ok := alone.Body[0].(*pysrc.ExprStmt); ok {
				part = w.names(m, x.X, steps)
			}
		}
		add(orUnknown(part)...)
		closing := bytes.IndexByte(m.File.Src[field.End:end], '}')
		if closing < 0 {
			return nil
		}
		at = field.End + closing + 1
	}
	add(string(m.File.Src[at:end]))
	return names
}

// plainEnd is where the first part of an f-string ends, or an escape is in it.
func (w pathfinder) plainEnd(m *project.Module, s *pysrc.String, at int, quote []byte) int {
	fields := m.File.Fields(s)
	for i := at; i < s.End; i++ {
		if len(fields) > 0 && i == fields[0].Start {
			i, fields = fields[0].End-1, fields[1:]
			continue
		}
		if rest := m.File.Src[i:s.End]; rest[0] == '\\' || bytes.HasPrefix(rest, quote) {
			return i
		}
	}
	return s.End - len(quote)
}

// filled puts in place of each specification in a text what it stands for where
// every name is asked for, else "*".
func (w pathfinder) filled(m *project.Module, texts []string, spec *regexp.Regexp, given func(i int, spec string) pysrc.Expr, steps int) (names []string) {
	for _, text := range texts {
		parts, at := []string{""}, 0
		add := func(more ...string) {
			parts = combined(parts, more, func(l, r string) string { return l + r })
		}
		for i, found := range spec.FindAllStringIndex(text, -1) {
			add(text[at:found[0]])
			var held []string
			if e := given(i, text[found[0]:found[1]]); e != nil && w.every {
				held = w.names(m, e, steps)
			}
			add(orUnknown(held)...)
			at = found[1]
		}
		add(text[at:])
		names = append(names, parts...)
	}
	return names[:min(len(names), mostNames)]
}
