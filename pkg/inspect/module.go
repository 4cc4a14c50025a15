package inspect

import (
	"path"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A module is a parsed file of the project.
type module struct {
	name    string // path within the project
	file    *pysrc.File
	imports map[string]string // local name to canonical dotted name
	stars   []string          // modules of star imports
	roots   map[string]bool   // top-level names imported, "keras"
	assigns map[string][]*pysrc.Assign
	bound   map[string]int             // how often a name is bound, by loops and with as well
	items   map[string][]*pysrc.Assign // name['key'] = value, by name
	uses    map[string]int             // how often a name is read
	calls   []*pysrc.Call
	defs    []*pysrc.Def
}

func parse(name string, text []byte) *module {
	m := &module{name: name, file: pysrc.Parse(text), imports: map[string]string{}, roots: map[string]bool{},
		assigns: map[string][]*pysrc.Assign{}, bound: map[string]int{}, items: map[string][]*pysrc.Assign{}, uses: map[string]int{}}
	stored := map[pysrc.Node]bool{}
	bind := func(targets ...pysrc.Expr) {
		for _, t := range targets {
			for _, name := range names(t) {
				m.bound[name.ID]++
				stored[name] = true
			}
		}
	}
	pysrc.Walk(m.file, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Import:
			for _, a := range n.Names {
				m.roots[root(a.Name)] = true
				if a.As != "" {
					m.imports[a.As] = a.Name
				} else {
					m.imports[root(a.Name)] = root(a.Name)
				}
			}
		case *pysrc.ImportFrom:
			m.importFrom(n)
		case *pysrc.Assign:
			bind(n.Targets...)
			m.assign(n)
		case *pysrc.Part:
			bind(append(n.Targets, n.Target)...)
		case *pysrc.Walrus:
			bind(n.Target)
		case *pysrc.Def:
			m.defs = append(m.defs, n)
		case *pysrc.Call:
			m.calls = append(m.calls, n)
		case *pysrc.Name:
			if !stored[n] {
				m.uses[n.ID]++
			}
		}
		return true
	})
	return m
}

// names lists the names that a target binds.
func names(target pysrc.Expr) (found []*pysrc.Name) {
	switch t := target.(type) {
	case *pysrc.Name:
		return []*pysrc.Name{t}
	case *pysrc.Tuple:
		for _, e := range t.Elts {
			found = append(found, names(e)...)
		}
	case *pysrc.List:
		for _, e := range t.Elts {
			found = append(found, names(e)...)
		}
	case *pysrc.Starred:
		return names(t.Value)
	}
	return found
}

// assign notes name = value and name['key'] = value.
func (m *module) assign(n *pysrc.Assign) {
	for _, t := range n.Targets {
		switch t := t.(type) {
		case *pysrc.Name:
			m.assigns[t.ID] = append(m.assigns[t.ID], n)
		case *pysrc.Subscript:
			name, named := t.Value.(*pysrc.Name)
			key, ok := t.Index.(*pysrc.String)
			if named && ok && key.Plain && len(n.Targets) == 1 && n.Value != nil {
				m.items[name.ID] = append(m.items[name.ID], n)
			}
		}
	}
}

func (m *module) importFrom(n *pysrc.ImportFrom) {
	from := strings.Repeat(".", n.Level) + n.Module
	if n.Level == 0 {
		m.roots[root(n.Module)] = true
	}
	for _, a := range n.Names {
		if a.Name == "*" {
			m.stars = append(m.stars, from)
			continue
		}
		local := a.As
		if local == "" {
			local = a.Name
		}
		sep := "."
		if strings.HasSuffix(from, ".") {
			sep = ""
		}
		m.imports[local] = from + sep + a.Name
	}
}

func root(dotted string) string {
	first, _, _ := strings.Cut(dotted, ".")
	return first
}

// dotted returns "nn.Linear" for an attribute chain of names, "" for others.
func dotted(e pysrc.Expr) string {
	switch e := e.(type) {
	case *pysrc.Name:
		return e.ID
	case *pysrc.Attribute:
		if base := dotted(e.Value); base != "" {
			return base + "." + e.Attr
		}
	}
	return ""
}

// canonical names what a call calls, whatever the script's aliases:
// "keras.layers.Dense", "torch.optim.SGD".
func (m *module) canonical(c *pysrc.Call) string {
	name := dotted(c.Func)
	if name == "" {
		return ""
	}
	first, rest, more := strings.Cut(name, ".")
	full, imported := m.imports[first]
	if !imported {
		if !more {
			for _, star := range m.stars {
				if _, ok := calls[shorten(star+"."+name)]; ok {
					return shorten(star + "." + name)
				}
			}
		}
		return ""
	}
	if more {
		full += "." + rest
	}
	return shorten(full)
}

// shorten maps the many homes of a framework's names to one.
func shorten(full string) string {
	for _, prefix := range []string{"tensorflow.keras.", "tensorflow.python.keras.", "keras.api.", "tf_keras."} {
		if rest, ok := strings.CutPrefix(full, prefix); ok {
			full = "keras." + rest
		}
	}
	full = strings.Replace(full, "tensorflow.keras", "keras", 1)
	if rest, ok := strings.CutPrefix(full, "keras.layers."); ok {
		if i := strings.LastIndexByte(rest, '.'); i >= 0 {
			return "keras.layers." + rest[i+1:] // keras.layers.core.Dense
		}
	}
	switch full {
	case "keras.models.Sequential":
		return "keras.Sequential"
	case "keras.optimizers.legacy.Adam":
		return "keras.optimizers.Adam"
	}
	return full
}

// local returns the project file that a canonical name's module is, if any.
func (m *module) local(dottedName string, have func(string) bool) (string, bool) {
	base := path.Dir(m.name)
	for strings.HasPrefix(dottedName, "..") {
		dottedName, base = dottedName[1:], path.Dir(base)
	}
	dottedName = strings.TrimPrefix(dottedName, ".")
	for name := dottedName; name != ""; {
		file := path.Join(base, strings.ReplaceAll(name, ".", "/"))
		for _, try := range []string{file + ".py", file + "/__init__.py"} {
			if have(try) {
				return try, true
			}
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
	return "", false
}
