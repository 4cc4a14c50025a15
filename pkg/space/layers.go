package space

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

func literal(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return v, err == nil
}

// widths offers the hidden widths of torch modules where one name stands for
// the output of a layer and the input of the next, so that they change together.
func (f *finder) widths() {
	type use struct {
		in, out, other int
		expr           pysrc.Expr
	}
	uses := map[string]*use{}
	count := func(e pysrc.Expr, add func(*use)) {
		if n, ok := e.(*pysrc.Name); ok {
			if uses[n.ID] == nil {
				uses[n.ID] = &use{expr: e}
			}
			add(uses[n.ID])
		}
	}
	for _, c := range f.m.Calls {
		if f.m.Canonical(c) == "torch.nn.Linear" && len(c.Args) >= 2 {
			count(c.Args[0], func(u *use) { u.in++ })
			count(c.Args[1], func(u *use) { u.out++ })
		}
		if f.m.Canonical(c) == "torch.nn.BatchNorm1d" && len(c.Args) > 0 {
			count(c.Args[0], func(u *use) { u.other++ })
		}
	}
	a := arg{name: "hidden", role: "width", low: 1, high: 1024, log: true, int: true}
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		u := uses[name]
		if u.in == 0 || u.out == 0 || f.m.Uses[name] != u.in+u.out+u.other {
			continue
		}
		if at, ok := f.m.Number(u.expr, f.modules); ok {
			f.number(f.m.Name+":"+name+":width", "torch.nn.Linear", a, at)
		}
	}
}

// layers offers one more Dense layer before the output of a keras Sequential,
// in list form or with add.
func (f *finder) layers() {
	if f.last == nil {
		return
	}
	src := string(f.m.File.Src)
	text := f.m.File.Text(f.last.Func) + "(64, activation='relu', name='%NAME%')"
	offer := func(style string, at int, before, after string) {
		f.found = append(f.found, Tunable{ID: fmt.Sprintf("%s:layers:%s", f.m.Name, style), File: f.m.Name, Line: f.m.File.Line(at),
			Name: "layers", Kind: "architecture", Choices: []string{"", text}, Role: "layers", Owner: "keras.Sequential",
			Place: pysrc.Range{Start: at, End: at}, Before: before, After: after, Move: &Move{Kind: "insert", Style: style}})
	}
	for _, c := range f.m.Calls {
		if f.m.Canonical(c) == "keras.Sequential" && len(c.Args) == 1 {
			if list, ok := c.Args[0].(*pysrc.List); ok && len(list.Elts) > 0 && list.Elts[len(list.Elts)-1].Span() == f.last.Range {
				offer("list", f.last.Start, "", ","+between(src, f.last.Start))
				return
			}
		}
		if a, ok := c.Func.(*pysrc.Attribute); ok && a.Attr == "add" && len(c.Args) == 1 && c.Args[0].Span() == f.last.Range {
			if gap := between(src, c.Start); strings.HasPrefix(gap, "\n") || strings.HasPrefix(gap, "\r") {
				offer("add", c.Start, f.m.File.Text(c.Func)+"(", ")"+gap)
			}
			return
		}
	}
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
