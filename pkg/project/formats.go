package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"go.yaml.in/yaml/v3"
)

func (c *Config) yaml() error {
	var root yaml.Node
	if err := yaml.Unmarshal(c.Src, &root); err != nil {
		return err
	}
	lines := bytes.SplitAfter(c.Src, []byte("\n"))
	starts := make([]int, len(lines)+1)
	for i, line := range lines {
		starts[i+1] = starts[i] + len(line)
	}
	c.yamlNode(&root, nil, starts)
	return nil
}

// yamlNode reads a YAML node; starts are the offsets of the lines.
func (c *Config) yamlNode(n *yaml.Node, path []string, starts []int) {
	if n.Anchor != "" {
		return
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, child := range n.Content {
			c.yamlNode(child, nil, starts)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			c.yamlNode(n.Content[i+1], append(path, n.Content[i].Value), starts)
		}
	case yaml.SequenceNode:
		for i, child := range n.Content {
			c.yamlNode(child, append(path, strconv.Itoa(i)), starts)
		}
	case yaml.ScalarNode:
		text := n.Value
		switch n.Style {
		case 0:
		case yaml.SingleQuotedStyle:
			text = "'" + text + "'"
		case yaml.DoubleQuotedStyle:
			text = `"` + text + `"`
		default:
			return
		}
		var value any
		start := offset(c.Src, starts[n.Line-1], n.Column)
		if text == "" || !bytes.HasPrefix(c.Src[start:], []byte(text)) || n.Decode(&value) != nil {
			return // written with escapes, or over several lines
		}
		c.add(path, start, start+len(text), value)
	}
}

// offset of a 1-based column, counted in characters.
func offset(src []byte, line, column int) int {
	text := string(src[line:])
	for i := range text {
		if column--; column == 0 {
			return line + i
		}
	}
	return len(src)
}

func (c *Config) json() error {
	d := json.NewDecoder(bytes.NewReader(c.Src))
	d.UseNumber()
	if err := c.jsonValue(d, nil); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// jsonValue reads one JSON value.
func (c *Config) jsonValue(d *json.Decoder, path []string) error {
	start := int(d.InputOffset())
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	if !nested {
		start += len(c.Src[start:]) - len(bytes.TrimLeft(c.Src[start:], " \t\r\n:,"))
		c.add(path, start, int(d.InputOffset()), token)
		return nil
	}
	for i := 0; d.More(); i++ {
		key := strconv.Itoa(i)
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			key = name.(string) // the decoder allows no other
		}
		if err := c.jsonValue(d, append(path, key)); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func (c *Config) toml() error {
	var whole map[string]any
	if err := toml.Unmarshal(c.Src, &whole); err != nil {
		return err
	}
	var p unstable.Parser
	p.Reset(c.Src)
	var table []string
	known := true
	for p.NextExpression() {
		e := p.Expression()
		var keys []string
		for it := e.Key(); it.Next(); {
			keys = append(keys, string(it.Node().Data))
		}
		switch e.Kind {
		case unstable.Table:
			table, known = keys, true
		case unstable.ArrayTable:
			known = false
		case unstable.KeyValue:
			if known {
				c.tomlValue(&p, e.Value(), slices.Concat(table, keys))
			}
		}
	}
	return p.Error()
}

// tomlValue reads a TOML value.
func (c *Config) tomlValue(p *unstable.Parser, n *unstable.Node, path []string) {
	switch n.Kind {
	case unstable.Array:
		i := 0
		for it := n.Children(); it.Next(); i++ {
			c.tomlValue(p, it.Node(), append(path, strconv.Itoa(i)))
		}
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			keys := slices.Clone(path)
			for key := it.Node().Key(); key.Next(); {
				keys = append(keys, string(key.Node().Data))
			}
			c.tomlValue(p, it.Node().Value(), keys)
		}
	case unstable.Integer, unstable.Float, unstable.Bool:
		c.tomlScalar(p.Range(n.Data), path, string(n.Data))
	case unstable.String:
		c.tomlScalar(n.Raw, path, string(n.Data))
	}
}

func (c *Config) tomlScalar(r unstable.Range, path []string, value string) {
	start := int(r.Offset)
	if text := c.Src[start : start+int(r.Length)]; !strings.HasPrefix(string(text), `"""`) && !strings.HasPrefix(string(text), "'''") {
		c.add(path, start, start+int(r.Length), value)
	}
}
