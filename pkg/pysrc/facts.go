package pysrc

// A Fact is something that an edit elsewhere must leave as it is.
type Fact struct {
	// Kind is import, call, keyword, number, string, constant, attribute, def
	// or class. Of the last two only the start counts: End is Start.
	Kind       string
	Start, End int
}

// Facts lists the facts of the file in source order. The inside of an
// f-string, and of what could not be read, has none.
func (f *File) Facts() []Fact {
	var facts []Fact
	Walk(f, func(n Node) bool {
		if kind := factKind(n); kind != "" {
			r := n.Span()
			if kind == "def" || kind == "class" {
				r.End = r.Start
			}
			facts = append(facts, Fact{kind, r.Start, r.End})
		}
		return true
	})
	return facts
}

func factKind(n Node) string {
	switch n.(type) {
	case *Import, *ImportFrom:
		return "import"
	case *Call:
		return "call"
	case *Keyword:
		return "keyword"
	case *Number:
		return "number"
	case *String:
		return "string"
	case *Constant:
		return "constant"
	case *Attribute:
		return "attribute"
	case *Def:
		return "def"
	case *Class:
		return "class"
	}
	return ""
}
