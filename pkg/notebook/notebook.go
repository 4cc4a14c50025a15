// Package notebook reads the code of a Jupyter notebook as one Python text and
// finds the place in the file of whatever stands in that text.
//
// What is not Python (%magic, !command, name?) is blanked with spaces, so that
// every byte of a cell's source is a byte of the text. An edit goes to the
// source of one cell; the rest of the file, outputs and layout included, stays
// as it is byte for byte.
package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// A Notebook is the code of a notebook file.
type Notebook struct {
	// Text is the source of the code cells in order. Each begins on a new line.
	Text  []byte
	Cells []Cell
	// Commands are the lines that are no Python, "!pip install x" and those of
	// %%bash cells, in order and without their margin.
	Commands []string
	// from and to are the ranges in the file of each byte of Text; a byte
	// between cells has an empty one, the bytes of an escape share theirs.
	from, to []int
}

// A Cell is a code cell.
type Cell struct {
	Index      int // among all cells of the notebook, from 0
	Start, End int // range in Text
}

// Read reads a notebook of format 4.
func Read(file []byte) (*Notebook, error) {
	var head struct {
		Format   int `json:"nbformat"`
		Metadata struct {
			Kernel struct {
				Language string `json:"language"`
			} `json:"kernelspec"`
			Language struct {
				Name string `json:"name"`
			} `json:"language_info"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(file, &head); err != nil {
		return nil, fmt.Errorf("read notebook: %w; open it with Jupyter and save it again", err)
	}
	if head.Format != 4 {
		return nil, fmt.Errorf("read notebook: it has format %d, not 4; open it with Jupyter and save it again", head.Format)
	}
	for _, language := range []string{head.Metadata.Kernel.Language, head.Metadata.Language.Name} {
		if language != "" && !strings.EqualFold(language, "python") && !strings.EqualFold(language, "ipython") {
			return nil, fmt.Errorf("read notebook: it is written in %s; only Python is trained", language)
		}
	}
	n := &Notebook{}
	err := members(value{file, 0}, func(key string, v value) error {
		if key != "cells" {
			return nil
		}
		index := 0
		return elements(v, func(cell value) error {
			index++
			return n.add(index-1, cell)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	return n, nil
}

// add appends the source of a cell if it is a code cell.
func (n *Notebook) add(index int, cell value) error {
	var kind string
	var source []value
	err := members(cell, func(key string, v value) error {
		switch {
		case key == "cell_type":
			return json.Unmarshal(v.raw, &kind)
		case key == "source" && v.raw[0] == '[':
			return elements(v, func(line value) error {
				source = append(source, line)
				return nil
			})
		case key == "source":
			source = append(source, v)
		}
		return nil
	})
	if err != nil || kind != "code" {
		return err
	}
	start := len(n.Text)
	for _, s := range source {
		if s.raw[0] != '"' {
			return fmt.Errorf("cell %d: its source is not text", index)
		}
		n.decode(s)
	}
	n.Cells = append(n.Cells, Cell{index, start, len(n.Text)})
	n.Commands = append(n.Commands, blank(n.Text[start:])...)
	if end := len(n.Text); end > start && n.Text[end-1] != '\n' {
		n.put("\n", n.to[end-1], n.to[end-1])
	}
	return nil
}

// put appends text that stands in the file at from to to.
func (n *Notebook) put(text string, from, to int) {
	for i := range len(text) {
		n.Text = append(n.Text, text[i])
		n.from = append(n.from, from)
		n.to = append(n.to, to)
	}
}

// Cell returns the cell that holds the byte of Text at offset, or ends there.
func (n *Notebook) Cell(offset int) (Cell, bool) {
	i := sort.Search(len(n.Cells), func(i int) bool { return n.Cells[i].End >= offset })
	if i == len(n.Cells) || n.Cells[i].Start > offset {
		return Cell{}, false
	}
	for i+1 < len(n.Cells) && n.Cells[i+1].Start == offset {
		i++ // the start of a cell rather than the end of the one before it
	}
	return n.Cells[i], true
}

// Where returns the place of a byte of Text for a person: the number of its cell
// among all cells and the line within it, both from 1.
func (n *Notebook) Where(offset int) (cell, line int) {
	c, ok := n.Cell(offset)
	if !ok {
		return 1, 1
	}
	return c.Index + 1, 1 + bytes.Count(n.Text[c.Start:offset], []byte("\n"))
}

// Replace says which bytes of the file are to be replaced, and by what, so that
// text takes the place of the range of Text. The range lies within one cell
// that has a source; an insertion between two cells goes to the second.
func (n *Notebook) Replace(start, end int, text string) (from, to int, quoted string, err error) {
	cell, ok := n.Cell(start)
	if !ok || start > end || end > cell.End {
		return 0, 0, "", fmt.Errorf("bytes %d-%d are not within one cell of the notebook", start, end)
	}
	if cell.Start == cell.End {
		return 0, 0, "", errors.New("the cell is empty: write its code in Jupyter first")
	}
	if n.splits(start, cell) || n.splits(end, cell) {
		return 0, 0, "", fmt.Errorf("bytes %d-%d begin or end within a character", start, end)
	}
	switch {
	case start < end:
		from, to = n.from[start], n.to[end-1]
	case start < cell.End:
		from, to = n.from[start], n.from[start]
	default:
		from, to = n.to[start-1], n.to[start-1]
	}
	return from, to, escape(text), nil
}

// splits tells whether the offset lies within what one escape stands for.
func (n *Notebook) splits(offset int, cell Cell) bool {
	return offset > cell.Start && offset < cell.End && n.from[offset] == n.from[offset-1]
}

// A value is a JSON value and its offset in the file.
type value struct {
	raw []byte
	at  int
}

// members visits the members of an object in order.
func members(object value, visit func(key string, v value) error) error {
	d := json.NewDecoder(bytes.NewReader(object.raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("found something else where an object should be; open the notebook with Jupyter and save it again")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		v, err := next(d, object.at)
		if err != nil {
			return err
		}
		if err := visit(key.(string), v); err != nil {
			return err
		}
	}
	return nil
}

// elements visits the elements of an array in order.
func elements(array value, visit func(value) error) error {
	d := json.NewDecoder(bytes.NewReader(array.raw))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("found something else where a list should be; open the notebook with Jupyter and save it again")
	}
	for d.More() {
		v, err := next(d, array.at)
		if err != nil {
			return err
		}
		if err := visit(v); err != nil {
			return err
		}
	}
	return nil
}

// next reads a value of what begins at base in the file.
func next(d *json.Decoder, base int) (value, error) {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return value{}, err
	}
	return value{raw, base + int(d.InputOffset()) - len(raw)}, nil
}
