package project

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A Config is a configuration file: YAML, TOML or JSON, by its extension.
type Config struct {
	Name    string
	Src     []byte
	Scalars []Scalar // in the order of the file
}

// A Scalar is a value of a configuration file whose place is known exactly.
type Scalar struct {
	Path  []string // keys, and indices of lists
	Place pysrc.Range
	Text  string // source text, quotes included
	Value any    // as the file's own parser reads it
}

// IsConfig tells whether a file is one that ParseConfig reads.
func IsConfig(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".toml", ".json":
		return true
	}
	return false
}

// ParseConfig reads a configuration file. What is reached in more than one way
// (anchors) and what spans lines is left out.
func ParseConfig(name string, src []byte) (*Config, error) {
	c := &Config{Name: name, Src: src}
	var err error
	switch path.Ext(name) {
	case ".yaml", ".yml":
		err = c.yaml()
	case ".toml":
		err = c.toml()
	case ".json":
		err = c.json()
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
	c.Scalars = append(c.Scalars, Scalar{append([]string(nil), path...), place, string(c.Src[start:end]), value})
}

// at returns the place of a scalar.
func (c *Config) at(path []string) (Spot, bool) {
	for _, s := range c.Scalars {
		if slices.Equal(s.Path, path) {
			return Spot{Config: c, Place: s.Place, Text: s.Text}, true
		}
	}
	return Spot{}, false
}

// entry is what stands at a path, a scalar or what holds some.
func (c *Config) entry(path []string) (Value, bool) {
	found := slices.ContainsFunc(c.Scalars, func(s Scalar) bool {
		return len(s.Path) >= len(path) && slices.Equal(s.Path[:len(path)], path)
	})
	return Value{config: c, path: path}, found
}

func (c *Config) entries(path []string) map[string]Value {
	found := map[string]Value{}
	for _, s := range c.Scalars {
		if n := len(path); len(s.Path) > n && slices.Equal(s.Path[:n], path) {
			found[s.Path[n]], _ = c.entry(s.Path[: n+1 : n+1])
		}
	}
	return found
}
