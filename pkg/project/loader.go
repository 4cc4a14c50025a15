package project

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// configs reads the configuration files of a project when they are asked for.
type configs struct {
	files fs.FS
	read  map[string]*Config
}

// maxConfig is the size beyond which a file is data.
const maxConfig = 64 << 10

// open returns a configuration file, nil where there is none that can be read.
func (c *configs) open(name string) *Config {
	if c == nil || !fs.ValidPath(name) || !IsConfig(name) {
		return nil
	}
	if found, ok := c.read[name]; ok {
		return found
	}
	var found *Config
	if info, err := fs.Stat(c.files, name); err == nil && info.Mode().IsRegular() && info.Size() <= maxConfig {
		if text, err := fs.ReadFile(c.files, name); err == nil {
			found, _ = parseConfig(name, text) // one that does not parse has no values
		}
	}
	c.read[name] = found
	return found
}

// loaders are the calls that read a configuration file.
var loaders = []string{"yaml.safe_load", "yaml.load", "yaml.full_load", "yaml.unsafe_load", "json.load", "json.loads", "tomllib.load", "tomllib.loads",
	"tomli.load", "tomli.loads", "toml.load", "toml.loads", "omegaconf.OmegaConf.load"}

// loaded is the configuration file that a call reads.
func (m *Module) loaded(c *pysrc.Call, modules Modules) (Value, bool) {
	var config *Config
	switch name := m.Canonical(c); {
	case slices.Contains(loaders, name) && len(c.Args) > 0:
		config = m.find(m.path(c.Args[0], modules, farthest))
	case strings.HasPrefix(name, "hydra."):
		return m.composed(c, modules)
	}
	return Value{config: config, modules: modules}, config != nil
}

// opaque lists the configuration files that a call reads whose values are not
// followed: those of configparser and dotenv.
func (m *Module) opaque(c *pysrc.Call, modules Modules) (found []*Config) {
	var names []pysrc.Expr
	switch name, called := m.Canonical(c), LastName(c.Func); {
	case strings.HasPrefix(name, "dotenv.") && (called == "load_dotenv" || called == "dotenv_values"):
		given := Argument(c, "dotenv_path", 0)
		if given == nil {
			return []*Config{m.find(".env")}
		}
		names = append(names, given)
	case m.Roots["configparser"] && (called == "read" || called == "read_file") && len(c.Args) > 0:
		names = append(names, c.Args[0])
		if list, ok := c.Args[0].(*pysrc.List); ok {
			names = list.Elts
		}
	}
	for _, e := range names {
		found = append(found, m.find(m.path(e, modules, farthest)))
	}
	return found
}

// find looks for a configuration file in the directory of the module and in
// those around it: a script runs in its own directory.
func (m *Module) find(name string) *Config {
	if name == "" {
		return nil
	}
	for dir := path.Dir(m.Name); ; dir = path.Dir(dir) {
		if found := m.configs.open(path.Join(dir, name)); found != nil || dir == "." {
			return found
		}
	}
}

// path is the end of the path that an expression names, as far as it is known:
// "conf/a.yaml" for open(os.path.join(HERE, "conf", "a.yaml")).
func (m *Module) path(e pysrc.Expr, modules Modules, steps int) string {
	if steps == 0 {
		return ""
	}
	steps--
	switch e := e.(type) {
	case *pysrc.String:
		if e.Plain {
			return e.Value
		}
	case *pysrc.Binary:
		if e.Op == "/" {
			return path.Join(m.path(e.X, modules, steps), m.path(e.Y, modules, steps))
		}
	case *pysrc.Call:
		return m.pathOf(e, modules, steps)
	case *pysrc.Name:
		if opened := m.Opened(e); opened != nil {
			return m.path(opened, modules, steps)
		}
		if home := m.scopeAt(e.Start).home(e.ID); home != nil && home.parameter(e.ID) < 0 {
			if b, _, ok := home.reaching(e.ID, e.Start, m.scopeAt(e.Start)); ok {
				return m.path(b.value, modules, steps)
			}
			return ""
		}
		return m.text(e, modules)
	case *pysrc.Attribute:
		if value := given(e.Attr, modules); value != "" {
			return value
		}
		return m.text(e, modules)
	}
	return ""
}

// text is the string that an expression stands for.
func (m *Module) text(e pysrc.Expr, modules Modules) string {
	v := m.Value(e, modules)
	switch x := v.expr.(type) {
	case *pysrc.String:
		return x.Value
	case *pysrc.Call, *pysrc.Binary:
		return v.m.path(x, modules, farthest/2)
	}
	return ""
}

// pathOf is the path in a call of open, Path, join and the like.
func (m *Module) pathOf(c *pysrc.Call, modules Modules, steps int) string {
	a, method := c.Func.(*pysrc.Attribute)
	switch name := LastName(c.Func); {
	case method && (name == "read" || name == "read_text" || name == "read_bytes" || name == "resolve"), method && name == "open" && Dotted(a.Value) != "io" && Dotted(a.Value) != "codecs":
		return m.path(a.Value, modules, steps)
	case name == "open" || name == "Path" || name == "str" || name == "abspath":
		if len(c.Args) > 0 {
			return m.path(c.Args[0], modules, steps)
		}
	case name == "join" || name == "joinpath":
		joined := ""
		for _, e := range c.Args {
			joined = path.Join(joined, m.path(e, modules, steps))
		}
		return joined
	}
	return ""
}

// Opened is what `with open(...) as name` opens, around a use of the name.
func (m *Module) Opened(name *pysrc.Name) (found pysrc.Expr) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		if p, ok := n.(*pysrc.Part); ok && p.Keyword == "with" && p.Start <= name.Start && name.End <= p.End {
			for i, t := range p.Targets {
				if t, ok := t.(*pysrc.Name); ok && t.ID == name.ID {
					found = p.Items[i]
				}
			}
		}
		r := n.Span()
		return r.Start <= name.Start && name.End <= r.End
	})
	return found
}

// Configs are the configuration files that a program reads, by name.
func (modules Modules) Configs(program []*Module) (found []*Config) {
	var add func(c *Config)
	add = func(c *Config) {
		if c == nil {
			return
		}
		if !slices.ContainsFunc(found, func(f *Config) bool { return f.Name == c.Name }) {
			found = append(found, c)
		}
		for _, p := range c.parts {
			add(p.config)
		}
	}
	for _, m := range program {
		for _, c := range m.Calls {
			v, _ := m.loaded(c, modules)
			add(v.config)
			for _, config := range m.opaque(c, modules) {
				add(config)
			}
		}
	}
	slices.SortFunc(found, func(a, b *Config) int { return strings.Compare(a.Name, b.Name) })
	return found
}
