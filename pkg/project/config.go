package project

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Config is a configuration file: YAML, TOML or JSON, by its extension, or one
// of other forms, whose values are not read.
type Config struct {
	Name    string
	Src     []byte
	Scalars []Scalar // in the order of the file
	parts   []part   // what Hydra puts into it
}

// A Scalar is a value of a configuration file whose place is known exactly.
type Scalar struct {
	Path  []string // keys, and indices of lists
	Place pysrc.Range
	Text  string // source text, quotes included
	Value any    // as the file's own parser reads it
}

// IsConfig tells whether a file is one that parseConfig reads.
func IsConfig(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".toml", ".json", ".ini", ".cfg", ".env", ".properties":
		return true
	}
	return false
}

// tooling are the configuration files of tools, by which no program goes.
var tooling = strings.Fields("mlhook.toml pyproject.toml setup.cfg tox.ini pytest.ini mypy.ini package.json package-lock.json tsconfig.json " +
	"environment.yml environment.yaml docker-compose.yml docker-compose.yaml mkdocs.yml codecov.yml renovate.json")

// MayConfigure lists the files of a tree that may be the program's configuration,
// however it reads them: not those of tools, hidden or not, nor large ones.
func MayConfigure(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(d.Name(), ".") && name != "."
		switch {
		case err != nil:
			return err
		case d.IsDir() && (hidden || skipped[d.Name()] || unnamed(d)):
			return fs.SkipDir
		case !d.Type().IsRegular() || unnamed(d) || !IsConfig(name) || hidden && d.Name() != ".env" || slices.Contains(tooling, d.Name()):
			return nil
		}
		info, err := d.Info()
		if err == nil && info.Size() <= maxConfig {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// parseConfig reads a configuration file. What is reached in more than one way
// (anchors) and what spans lines is left out.
func parseConfig(name string, src []byte) (*Config, error) {
	c := &Config{Name: name, Src: src}
	var err error
	switch path.Ext(name) {
	case ".yaml", ".yml":
		err = c.yaml()
	case ".toml":
		err = c.toml()
	case ".json":
		err = c.json()
	case ".ini", ".cfg", ".env", ".properties":
	default:
		err = errors.New("no configuration file")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// Line returns the 1-based line of an offset.
func (c *Config) Line(offset int) int { return 1 + bytes.Count(c.Src[:offset], []byte("\n")) }

// add notes a scalar whose source text stands at an offset.
func (c *Config) add(path []string, start, end int, value any) {
	place := pysrc.Range{Start: start, End: end}
	c.Scalars = append(c.Scalars, Scalar{slices.Clone(path), place, string(c.Src[start:end]), value})
}

// at returns the place of a scalar, where one file alone gives it.
func (c *Config) at(path []string) (Spot, bool) {
	found := c.every(path)
	if len(found) != 1 {
		return Spot{}, false
	}
	return found[0], true
}

// every lists the places that give a scalar, in the file and in its parts.
func (c *Config) every(path []string) (found []Spot) {
	for _, s := range c.Scalars {
		if slices.Equal(s.Path, path) {
			found = append(found, Spot{Config: c, Place: s.Place, Text: s.Text})
			break
		}
	}
	for _, p := range c.parts {
		if begins(path, p.under) {
			found = append(found, p.config.every(path[len(p.under):])...)
		}
	}
	return found
}

// begins tells whether a path has another one at its begin.
func begins(path, with []string) bool {
	return len(path) >= len(with) && slices.Equal(path[:len(with)], with)
}

// entry is what stands at a path, a scalar or what holds some.
func (c *Config) entry(path []string) (Value, bool) {
	return Value{config: c, path: path}, slices.ContainsFunc(c.paths(), func(p []string) bool { return begins(p, path) })
}

func (c *Config) entries(path []string) map[string]Value {
	found := map[string]Value{}
	for _, p := range c.paths() {
		if n := len(path); len(p) > n && begins(p, path) {
			found[p[n]], _ = c.entry(p[: n+1 : n+1])
		}
	}
	return found
}

// paths are those of all scalars, the parts' among them.
func (c *Config) paths() (all [][]string) {
	for _, s := range c.Scalars {
		all = append(all, s.Path)
	}
	for _, p := range c.parts {
		for _, below := range p.config.paths() {
			all = append(all, slices.Concat(p.under, below))
		}
	}
	return all
}
