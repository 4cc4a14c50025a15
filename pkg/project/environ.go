package project

import (
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// readers are the frameworks that read environment variables as they are imported.
var readers = map[string]bool{"flax": true, "jax": true, "keras": true, "lightning": true, "pytorch_lightning": true,
	"tensorflow": true, "tf_keras": true, "torch": true, "torchvision": true, "transformers": true}

// Environ lists the environment variables that a module sets at its top, to
// literals, before it imports a framework: those that the framework will see.
func (m *Module) Environ() map[string]string {
	set := map[string]string{}
	note := func(key, value pysrc.Expr, keep bool) {
		k, named := key.(*pysrc.String)
		v, known := value.(*pysrc.String)
		if !named || !known || !k.Plain || !v.Plain {
			return
		}
		if _, there := set[k.Value]; !there || !keep {
			set[k.Value] = v.Value
		}
	}
	for _, s := range m.File.Body {
		switch s := s.(type) {
		case *pysrc.Import:
			for _, a := range s.Names {
				if readers[Root(a.Name)] {
					return set
				}
			}
		case *pysrc.ImportFrom:
			if s.Level == 0 && readers[Root(s.Module)] {
				return set
			}
		case *pysrc.Assign: // os.environ["NAME"] = "value"
			for _, target := range s.Targets {
				if at, ok := target.(*pysrc.Subscript); ok && s.Op == "=" && m.Full(at.Value) == "os.environ" {
					note(at.Index, s.Value, false)
				}
			}
		case *pysrc.ExprStmt:
			c, ok := s.X.(*pysrc.Call)
			if !ok {
				continue
			}
			switch name, found := strings.CutPrefix(m.Canonical(c), "os.environ."); {
			case !found:
			case name == "setdefault" && len(c.Args) == 2:
				note(c.Args[0], c.Args[1], true)
			case name == "update" && len(c.Args) == 1:
				if d, ok := c.Args[0].(*pysrc.Dict); ok {
					for i, key := range d.Keys {
						note(key, d.Values[i], false)
					}
				}
			}
		}
	}
	return set
}
