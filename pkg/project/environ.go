package project

import (
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// readers are the frameworks that read environment variables as they are imported.
var readers = map[string]bool{"flax": true, "jax": true, "keras": true, "lightning": true, "pytorch_lightning": true,
	"tensorflow": true, "tf_keras": true, "torch": true, "torchvision": true, "transformers": true}

// A Variable is an environment variable that a statement sets.
type Variable struct {
	Name  string // empty where only a run tells
	Value string
	Known bool // whether Value is what it is set to
	// Default: what is set already stays.
	Default bool
}

// Environ lists the environment variables that a module sets at its top, to
// literals, before it imports a framework: those that the framework will see.
func (m *Module) Environ() map[string]string {
	set := map[string]string{}
	for _, s := range m.File.Body {
		if Reads(s) {
			return set
		}
		for _, v := range m.Variables(s) {
			if _, there := set[v.Name]; v.Known && !(there && v.Default) {
				set[v.Name] = v.Value
			}
		}
	}
	return set
}

// Reads tells whether a statement imports a framework that reads environment variables.
func Reads(n pysrc.Node) bool {
	switch n := n.(type) {
	case *pysrc.Import:
		for _, a := range n.Names {
			if readers[Root(a.Name)] {
				return true
			}
		}
	case *pysrc.ImportFrom:
		return n.Level == 0 && readers[Root(n.Module)]
	}
	return false
}

// Variables lists what a statement sets in os.environ, without those within it.
func (m *Module) Variables(n pysrc.Node) (set []Variable) {
	note := func(key, value pysrc.Expr, keep bool) {
		v := Variable{Default: keep}
		if k, ok := key.(*pysrc.String); ok && k.Plain {
			v.Name = k.Value
			if text, ok := value.(*pysrc.String); ok && text.Plain {
				v.Value, v.Known = text.Value, true
			}
		}
		set = append(set, v)
	}
	switch n := n.(type) {
	case *pysrc.Assign: // os.environ["NAME"] = "value"
		for _, target := range n.Targets {
			if at, ok := target.(*pysrc.Subscript); ok && n.Op == "=" && m.Full(at.Value) == "os.environ" {
				note(at.Index, n.Value, false)
			}
		}
	case *pysrc.ExprStmt:
		c, ok := n.X.(*pysrc.Call)
		if !ok {
			return nil
		}
		switch name, found := strings.CutPrefix(m.Canonical(c), "os.environ."); {
		case !found:
		case name == "setdefault" && len(c.Args) == 2:
			note(c.Args[0], c.Args[1], true)
		case name == "update" && len(c.Args) == 1:
			d, ok := c.Args[0].(*pysrc.Dict)
			if !ok {
				return append(set, Variable{})
			}
			for i, key := range d.Keys {
				note(key, d.Values[i], false)
			}
		}
	}
	return set
}
