package project

import (
	"bytes"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Formatted reads the calls within the f-strings of the file, which no edit may
// touch. They are parsed as a file of their own, in which every expression
// stands where it does in the source, so that their ranges are right.
func (m *Module) Formatted() (calls []*pysrc.Call) {
	file := m.File
	var fields []pysrc.Range
	pysrc.Walk(file, func(n pysrc.Node) bool {
		if s, ok := n.(*pysrc.String); ok && s.Format {
			fields = append(fields, file.Fields(s)...)
		}
		return true
	})
	if len(fields) == 0 {
		return nil
	}
	text := bytes.Repeat([]byte("\n"), len(file.Src))
	for _, r := range fields {
		field := bytes.TrimLeft(file.Src[r.Start:r.End], " \t\r\n")
		copy(text[r.End-len(field):], field)
	}
	pysrc.Walk(pysrc.Parse(text), func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			calls = append(calls, c)
		}
		return true
	})
	return calls
}
