package project

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A part is a file that Hydra puts into another one, and where: conf/model/cnn.yaml
// under model for the entry "model: cnn" of the list of defaults.
type part struct {
	under  []string
	config *Config
}

// nested is how far files name others.
const nested = 8

// composed is what Hydra makes of the files that a call names: hydra.main, the
// decorator, or hydra.compose after hydra.initialize.
func (m *Module) composed(c *pysrc.Call, modules Modules) (Value, bool) {
	text := func(e pysrc.Expr) string {
		if e == nil {
			return ""
		}
		return m.path(e, modules, farthest)
	}
	dir, name := "", ""
	switch LastName(c.Func) {
	case "main":
		dir, name = text(Argument(c, "config_path", 0)), text(Argument(c, "config_name", 1))
	case "compose":
		name = text(Argument(c, "config_name", 0))
		for _, other := range m.Calls {
			if called := m.Canonical(other); called == "hydra.initialize" || called == "hydra.initialize_config_dir" {
				dir = text(Argument(other, "config_path", 0)) + text(Argument(other, "config_dir", -1))
			}
		}
	}
	if name == "" {
		return Value{}, false
	}
	config := m.compose(dir, name, nested)
	if config == nil {
		return Value{}, false
	}
	v := Value{config: config, modules: modules}
	if Argument(c, "overrides", -1) != nil {
		v.items = append(v.items, item{at: c.Start}) // it may set anything
	}
	for _, arg := range m.Args {
		if key, _, sets := strings.Cut(strings.TrimLeft(arg, "+~"), "="); sets {
			v.items = append(v.items, item{key: Root(strings.ReplaceAll(key, "/", "."))})
		}
	}
	return v, true
}

// compose reads a file of Hydra, by its name within the directory of all, with
// those that its list of defaults names.
func (m *Module) compose(dir, name string, steps int) *Config {
	if path.Ext(name) != ".yaml" {
		name += ".yaml"
	}
	read := m.find(path.Join(dir, name))
	if read == nil || steps == 0 {
		return read
	}
	whole := *read
	for _, s := range read.Scalars {
		option, ok := s.Value.(string)
		if !ok || len(s.Path) < 2 || s.Path[0] != "defaults" || option == "_self_" {
			continue
		}
		group, under := group(s.Path[2:])
		home := path.Dir(name)
		if strings.HasPrefix(group, "/") {
			home = ""
		}
		found := m.compose(dir, path.Join(home, group, option), steps-1)
		if found == nil {
			continue
		}
		if bytes.Contains(found.Src, []byte("@package _global_")) {
			under = nil
		}
		whole.parts = append(whole.parts, part{under, found})
	}
	return &whole
}

// group is the directory of an entry of the list of defaults by its key, and
// where its values go: "optional db@here: x", "override /model: y".
func group(key []string) (dir string, under []string) {
	if len(key) == 0 {
		return "", nil
	}
	words := strings.Fields(key[0])
	dir, at, moved := strings.Cut(words[len(words)-1], "@")
	if !moved {
		at = strings.ReplaceAll(strings.Trim(dir, "/"), "/", ".")
	}
	under = strings.Split(at, ".")
	return dir, slices.DeleteFunc(under, func(w string) bool { return w == "_global_" || w == "_here_" })
}
