package project

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/mlhook/mlhook/pkg/notebook"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Module is a parsed file of the project. Its fields are read-only.
type Module struct {
	Name string // "/"-separated path within the project
	File *pysrc.File
	// Notebook is set for a .ipynb file; File is then read from its Text.
	Notebook *notebook.Notebook
	Imports  map[string]string // local name to canonical dotted name
	Stars    []string          // modules of star imports
	Plain    []string          // modules of `import a.b`
	Roots    map[string]bool   // top-level names imported, "keras"
	Assigns  map[string][]*pysrc.Assign
	Bound    map[string]int // how often a name is bound, by loops and with as well
	Uses     map[string]int // how often a name is read
	Calls    []*pysrc.Call
	Args     []string // that the program is started with
	Defs     []*pysrc.Def

	scopes  []*scope
	stores  map[string][]store // base.attr = value, by attr
	paths   []string           // put on sys.path
	roots   []string           // of the project's import path
	configs *configs
	known   func(canonical string) bool
	starred map[string]string // what star imports bring by the names that were asked for
}

// Parse reads one file. known tells which canonical names a star import may
// have brought in.
func Parse(name string, text []byte, known func(canonical string) bool) *Module {
	m := &Module{Name: name, known: known}
	m.read(text)
	m.index()
	return m
}

// index notes what the file imports, binds, reads and calls.
func (m *Module) index() {
	m.Imports, m.Roots, m.Assigns, m.Bound, m.Uses = map[string]string{}, map[string]bool{}, map[string][]*pysrc.Assign{}, map[string]int{}, map[string]int{}
	m.stores, m.starred = map[string][]store{}, map[string]string{}
	stored := map[pysrc.Node]bool{}
	bind := func(targets ...pysrc.Expr) {
		for _, t := range targets {
			for _, name := range names(t) {
				m.Bound[name.ID]++
				stored[name] = true
			}
		}
	}
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Import:
			for _, a := range n.Names {
				m.Roots[Root(a.Name)] = true
				m.Plain = append(m.Plain, a.Name)
				if a.As != "" {
					m.Imports[a.As] = a.Name
				} else {
					m.Imports[Root(a.Name)] = Root(a.Name)
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
			m.Defs = append(m.Defs, n)
		case *pysrc.Call:
			m.Calls = append(m.Calls, n)
		case *pysrc.Name:
			if !stored[n] {
				m.Uses[n.ID]++
			}
		}
		return true
	})
	m.readScopes()
	m.readPaths()
}

// read parses the text, that of the code cells where it is a notebook.
func (m *Module) read(text []byte) {
	if !IsNotebook(m.Name) {
		m.File = pysrc.Parse(text)
		return
	}
	var err error
	if m.Notebook, err = notebook.Read(text); err != nil {
		m.File = pysrc.Parse(nil)
		m.File.Problems = []pysrc.Problem{{Line: 1, Text: err.Error()}}
		return
	}
	m.File = pysrc.Parse(m.Notebook.Text)
}

// IsNotebook tells whether a file is a Jupyter notebook by its name.
func IsNotebook(name string) bool { return path.Ext(name) == ".ipynb" }

// Line returns the line of an offset, from 1, and the cell it is counted in,
// from 1; the cell is nil where the module is no notebook.
func (m *Module) Line(offset int) (line int, cell *int) {
	if m.Notebook == nil {
		return m.File.Line(offset), nil
	}
	number, line := m.Notebook.Where(offset)
	return line, &number
}

// InOneCell tells whether a range lies within one cell, as edits of a notebook
// have to; in a script all do.
func (m *Module) InOneCell(start, end int) bool {
	if m.Notebook == nil {
		return true
	}
	cell, ok := m.Notebook.Cell(start)
	return ok && start < cell.End && end <= cell.End
}

// Where names a place for a person.
func (m *Module) Where(offset int) string {
	line, cell := m.Line(offset)
	if cell != nil {
		return fmt.Sprintf("%s cell %d:%d", m.Name, *cell, line)
	}
	return fmt.Sprintf("%s:%d", m.Name, line)
}

// names lists the names that a target binds.
func names(target pysrc.Expr) (found []*pysrc.Name) {
	switch t := target.(type) {
	case *pysrc.Name:
		return []*pysrc.Name{t}
	case *pysrc.Starred:
		return names(t.Value)
	}
	elements, _ := Elements(target)
	for _, e := range elements {
		found = append(found, names(e)...)
	}
	return found
}

// assign notes name = value.
func (m *Module) assign(n *pysrc.Assign) {
	for _, t := range n.Targets {
		if t, ok := t.(*pysrc.Name); ok {
			m.Assigns[t.ID] = append(m.Assigns[t.ID], n)
		}
	}
}

func (m *Module) importFrom(n *pysrc.ImportFrom) {
	if n.Level == 0 {
		m.Roots[Root(n.Module)] = true
	}
	for _, a := range n.Names {
		if a.Name == "*" {
			m.Stars = append(m.Stars, strings.Repeat(".", n.Level)+n.Module)
			continue
		}
		m.Imports[cmp.Or(a.As, a.Name)] = From(n) + a.Name
	}
}

// From is what stands before a name that an import brings in its dotted name:
// "a.b." for from a.b import c, ".." for from .. import c.
func From(n *pysrc.ImportFrom) string {
	from := strings.Repeat(".", n.Level) + n.Module
	if n.Module != "" {
		from += "."
	}
	return from
}

// Root is the first word of a dotted name.
func Root(dotted string) string {
	first, _, _ := strings.Cut(dotted, ".")
	return first
}

// Last is the last word of a dotted name.
func Last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }

// Dotted returns "nn.Linear" for an attribute chain of names, "" for others.
func Dotted(e pysrc.Expr) string {
	switch e := e.(type) {
	case *pysrc.Name:
		return e.ID
	case *pysrc.Attribute:
		if base := Dotted(e.Value); base != "" {
			return base + "." + e.Attr
		}
	}
	return ""
}

// LastName is the last word of what an expression names: "fit" for a().b.fit.
func LastName(e pysrc.Expr) string {
	switch e := e.(type) {
	case *pysrc.Name:
		return e.ID
	case *pysrc.Attribute:
		return e.Attr
	}
	return ""
}

// Canonical names what a call calls, whatever the script's aliases:
// "keras.layers.Dense", "torch.optim.SGD".
func (m *Module) Canonical(c *pysrc.Call) string { return m.Full(c.Func) }

// Full is the canonical name of an expression, empty for what is not imported.
func (m *Module) Full(e pysrc.Expr) string {
	name := Dotted(e)
	if name == "" {
		return ""
	}
	first, rest, more := strings.Cut(name, ".")
	full, imported := m.Imports[first]
	if !imported {
		full, imported = m.alias(first)
	}
	if !imported {
		return m.star(name)
	}
	if more {
		full += "." + rest
	}
	return shorten(full)
}

// star is the canonical name of what a star import brings, empty for others.
func (m *Module) star(name string) string {
	if len(m.Stars) == 0 {
		return ""
	}
	full, asked := m.starred[name]
	if !asked {
		for _, star := range m.Stars {
			if full = shorten(star + "." + name); m.known(full) {
				break
			}
			full = ""
		}
		m.starred[name] = full
	}
	return full
}

// alias is what a name stands for that is assigned once from an imported one:
// layers = tf.keras.layers.
func (m *Module) alias(name string) (string, bool) {
	binds := m.scopes[0].binds[name]
	if len(binds) != 1 {
		return "", false
	}
	a, ok := binds[0].value.(*pysrc.Attribute)
	if !ok {
		return "", false
	}
	dotted := Dotted(a)
	full, imported := m.Imports[Root(dotted)]
	if !imported {
		return "", false
	}
	return full + dotted[len(Root(dotted)):], true
}

// shorten maps the many homes of a framework's names to one.
func shorten(full string) string {
	full = strings.Replace(full, "tensorflow.compat.v1.", "tensorflow.", 1)
	for _, prefix := range []string{"tensorflow.keras.", "tensorflow.contrib.keras.", "tensorflow.python.keras.", "keras.api.", "tf_keras.", "keras.src."} {
		if rest, ok := strings.CutPrefix(full, prefix); ok {
			full = "keras." + rest
		}
	}
	full = strings.Replace(full, "tensorflow.keras", "keras", 1)
	parts := strings.Split(full, ".")
	last := parts[len(parts)-1]
	switch {
	case len(parts) > 2 && parts[0] == "keras" && (parts[1] == "layers" || parts[1] == "optimizers" && parts[len(parts)-2] != "schedules"):
		return "keras." + parts[1] + "." + last // keras.layers.core.Dense, keras.optimizers.legacy.Adam
	case full == "keras.models.Sequential" || full == "keras.models.Model" || full == "keras.engine.Model":
		return "keras." + last
	case len(parts) == 4 && parts[0] == "sklearn" && parts[1] != "feature_extraction":
		return "sklearn." + parts[1] + "." + last // sklearn.ensemble.forest.RandomForestClassifier
	case len(parts) == 4 && parts[0] == "torch" && parts[1] == "optim" && parts[2] != "lr_scheduler":
		return "torch.optim." + last
	case len(parts) > 1 && (parts[0] == "xgboost" || parts[0] == "lightgbm") && (parts[1] == "sklearn" || strings.HasPrefix(last, "Dask")):
		return parts[0] + "." + strings.TrimPrefix(last, "Dask") // xgboost.dask.DaskXGBClassifier
	}
	return full
}
