package project

import (
	"bytes"

	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Formatted reads the calls within the f-strings of the file, which no edit may
// touch.
func (m *Module) Formatted() (calls []*pysrc.Call) {
	pysrc.Walk(m.Fields(), func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			calls = append(calls, c)
		}
		return true
	})
	return calls
}

// Fields are the expressions within the f-strings of the file as a file of their
// own, in which each stands where it does in the source, so that their ranges
// are right.
func (m *Module) Fields() *pysrc.File {
	file := m.File
	var fields []pysrc.Range
	pysrc.Walk(file, func(n pysrc.Node) bool {
		if s, ok := n.(*pysrc.String); ok && s.Format {
			fields = append(fields, file.Fields(s)...)
		}
		return true
	})
	if len(fields) == 0 {
		return pysrc.Parse(nil)
	}
	text := bytes.Repeat([]byte("\n"), len(file.Src))
	for _, r := range fields {
		field := bytes.TrimLeft(file.Src[r.Start:r.End], " \t\r\n")
		copy(text[r.End-len(field):], field)
	}
	return pysrc.Parse(text)
}
