package space

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// spell says how the file can write a canonical name: like a call of the same
// framework nearby, by a name or a module that it imports, else by one more
// name in one of its import statements, which is the edit.
func (f *finder) spell(canonical string, near *pysrc.Call) (text string, also []edit.Edit, ok bool) {
	last := project.Last(canonical)
	if a, ok := near.Func.(*pysrc.Attribute); ok {
		if name := project.Dotted(a.Value) + "." + last; f.reaches(name, canonical) {
			return name, nil, true
		}
	}
	names := slices.Sorted(maps.Keys(f.m.Imports))
	slices.SortStableFunc(names, func(a, b string) int { // the shortest way to write it first
		return cmp.Compare(len(f.m.Imports[b]), len(f.m.Imports[a]))
	})
	for _, name := range names {
		for rest := canonical; rest != ""; {
			if written := name + "." + rest; f.reaches(written, canonical) {
				return written, nil, true
			}
			_, rest, _ = strings.Cut(rest, ".")
		}
		if f.reaches(name, canonical) {
			return name, nil, true
		}
	}
	for _, star := range f.m.Stars {
		if is(star+"."+last, canonical) && f.free(last) {
			return last, nil, true
		}
	}
	return f.imported(canonical, last, near)
}

// reaches tells whether a dotted name leads to a canonical one by the module
// that documents it: keras.layers.core may hold no more than Dense.
func (f *finder) reaches(written, canonical string) bool {
	first, rest, _ := strings.Cut(written, ".")
	full, ok := f.m.Imports[first]
	if rest != "" {
		full += "." + rest
	}
	return ok && f.m.Bound[first] == 0 && is(full, canonical)
}

func is(full, canonical string) bool {
	return full == canonical || strings.HasPrefix(canonical, "keras.") && (full == "tensorflow."+canonical || full == "tf_"+canonical)
}

// free tells whether the file gives a name no meaning of its own.
func (f *finder) free(name string) bool {
	taken := f.m.Imports[name] != "" || f.m.Bound[name] > 0
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Class:
			taken = taken || n.Name == name
		case *pysrc.Def:
			taken = taken || n.Name == name
		}
		return !taken
	})
	return !taken
}

// imported adds a name to the import statement that brings its neighbours.
func (f *finder) imported(canonical, name string, near *pysrc.Call) (string, []edit.Edit, bool) {
	for _, s := range f.m.File.Body {
		from, ok := s.(*pysrc.ImportFrom)
		if !ok || from.Level > 0 || from.End > near.Start || !is(from.Module+"."+name, canonical) || from.Names[0].Name == "*" || !f.free(name) {
			continue
		}
		var names []pysrc.Range
		at := len(from.Names) - 1
		for i, a := range slices.Backward(from.Names) {
			names = append([]pysrc.Range{a.Range}, names...)
			if a.Name > name {
				at = i // where names are sorted they stay so
			}
		}
		return name, []edit.Edit{f.beforeElement(names, at, name)}, true
	}
	return "", nil, false
}

// bring is spell where no import statement may have the name: then a new one is
// written behind that which brings what is called nearby, in its style, so that
// whoever runs the one runs the other.
func (f *finder) bring(canonical string, near *pysrc.Call) (text string, also []edit.Edit, ok bool) {
	dot := strings.LastIndexByte(canonical, '.')
	module, class := canonical[:dot], canonical[dot+1:]
	if text, also, ok = f.spell(canonical, near); ok && (len(also) > 0 || f.loaded(text, canonical, near)) {
		return text, also, true
	}
	line := ""
	own := f.importing(project.Root(project.Dotted(near.Func)), f.m.Canonical(near), near)
	switch s := own.(type) {
	case *pysrc.ImportFrom:
		parent, last := module[:strings.LastIndexByte(module, '.')], project.Last(module)
		if s.Module == parent {
			if _, also, ok = f.imported(module, last, near); ok {
				return last + "." + class, also, true
			}
		}
		text, line = class, "from "+module+" import "+class
	case *pysrc.Import:
		text, line = canonical, "import "+module
		if root := project.Root(canonical); f.m.Imports[root] != root {
			text, line = class, "from "+module+" import "+class
		}
	default:
		return "", nil, false
	}
	if text == class && !f.free(class) {
		return "", nil, false
	}
	e, ok := f.afterStatement(own.Span(), line)
	return text, []edit.Edit{e}, ok
}

// loaded tells whether a name is there when a call is made: a statement at the
// top level before it brings it, and `import sklearn` brings no sklearn.ensemble.
func (f *finder) loaded(text, canonical string, near *pysrc.Call) bool {
	root, module := project.Root(text), canonical[:strings.LastIndexByte(canonical, '.')]
	if f.m.Imports[root] == project.Root(canonical) {
		return slices.ContainsFunc(f.m.File.Body, func(s pysrc.Stmt) bool {
			i, ok := s.(*pysrc.Import)
			return ok && i.End <= near.Start && slices.ContainsFunc(i.Names, func(a pysrc.Alias) bool { return a.Name == module && a.As == "" })
		})
	}
	return f.importing(root, canonical, near) != nil
}

// importing is the statement at the top level before a call that brings a name,
// by a star where it is that of a canonical one.
func (f *finder) importing(name, canonical string, near *pysrc.Call) (found pysrc.Stmt) {
	for _, s := range f.m.File.Body {
		if s.Span().End > near.Start {
			return found
		}
		switch s := s.(type) {
		case *pysrc.Import:
			if slices.ContainsFunc(s.Names, func(a pysrc.Alias) bool { return cmp.Or(a.As, project.Root(a.Name)) == name }) {
				found = s
			}
		case *pysrc.ImportFrom:
			if slices.ContainsFunc(s.Names, func(a pysrc.Alias) bool {
				return cmp.Or(a.As, a.Name) == name || a.Name == "*" && is(s.Module+"."+name, canonical)
			}) {
				found = s
			}
		}
	}
	return found
}
