package project

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Reads counts how often the constant whose value stands at a place is read in
// the whole project, 0 where it is no constant.
func (modules Modules) Reads(at Spot) (n int) {
	if at.Module == nil {
		return 0
	}
	for name, binds := range at.Module.scopes[0].binds {
		for _, b := range binds {
			if b.value != nil && b.value.Span() == at.Place {
				n = max(n, at.Module.Uses[name]+modules.readsElsewhere(at.Module, name))
			}
		}
	}
	for _, s := range at.Module.scopes[1:] {
		for name, binds := range s.binds {
			for _, b := range binds {
				if b.value != nil && b.value.Span() == at.Place {
					n = max(n, at.Module.Uses[name])
				}
			}
		}
	}
	return n
}

// readsElsewhere counts the uses of a file's constant in other files.
func (modules Modules) readsElsewhere(home *Module, name string) (n int) {
	for _, m := range modules {
		if m == home {
			continue
		}
		for local, full := range m.Imports {
			file, ok := m.Local(full, modules.Has)
			if !ok || file != home.Name {
				continue
			}
			if strings.HasSuffix(full, "."+name) {
				n += m.Uses[local]
				continue
			}
			pysrc.Walk(m.File, func(node pysrc.Node) bool {
				if a, ok := node.(*pysrc.Attribute); ok && a.Attr == name && Root(Dotted(a)) == local {
					n++
				}
				return true
			})
		}
		if slices.ContainsFunc(m.Stars, func(star string) bool { file, ok := m.Local(star, modules.Has); return ok && file == home.Name }) {
			n += m.Uses[name]
		}
	}
	return n
}
