package project

import (
	"bytes"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"unicode"

	"github.com/mlhook/mlhook/pkg/notebook"
	"golang.org/x/sync/errgroup"
)

// A Glance is what the bytes of a file tell without parsing it.
type Glance struct {
	Name string
	// Trains says that the file may hold a call that trains: it names one, or
	// it can be started and imports a framework.
	Trains  bool
	imports []byte // the lines of its import statements
}

// maxFile is the size beyond which a file is no source that people write.
const maxFile = 2 << 20

// trainers begin the names of calls that train; a file without any of them
// trains nothing itself.
var trainers = []string{".fit", ".backward", ".partial_fit", ".apply_gradients", ".minimize", "train", "cross_val_score"}

// Glance looks at every file, side by side.
func (p *Project) Glance(frameworks []string) ([]Glance, error) {
	seen := make([]Glance, len(p.names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range p.names {
		group.Go(func() error {
			text, err := fs.ReadFile(p.files, name)
			if err == nil && IsNotebook(name) {
				text = code(text)
			}
			if err == nil && len(text) <= maxFile {
				seen[i] = glance(name, text, frameworks)
			}
			return err
		})
	}
	return seen, group.Wait()
}

// code is the source of a notebook's cells; nothing where it is none of Python.
func code(file []byte) []byte {
	n, err := notebook.Read(file)
	if err != nil {
		return nil
	}
	return n.Text
}

func glance(name string, text []byte, frameworks []string) Glance {
	g := Glance{Name: name, imports: importLines(text)}
	for _, name := range trainers {
		g.Trains = g.Trains || calls(text, []byte(name))
	}
	if !g.Trains && bytes.Contains(text, []byte("__main__")) {
		for _, framework := range frameworks {
			g.Trains = g.Trains || bytes.Contains(g.imports, []byte(framework))
		}
	}
	return g
}

// calls tells whether a text may hold a call of a name, or of one that goes on
// with an underscore.
func calls(text, name []byte) bool {
	for {
		at := bytes.Index(text, name)
		if at < 0 || at+len(name) == len(text) {
			return false
		}
		text = text[at+len(name):]
		if bytes.IndexByte([]byte("(_ \t\\"), text[0]) >= 0 {
			return true
		}
	}
}

// importLines gathers the lines that look like import statements, with the
// lines that go on within brackets or behind a backslash.
func importLines(text []byte) (lines []byte) {
	for inside := false; len(text) > 0; {
		end := bytes.IndexByte(text, '\n') + 1
		if end == 0 {
			end = len(text)
		}
		line := text[:end]
		text = text[end:]
		if !inside && !imports(line) {
			continue
		}
		lines = append(lines, line...)
		open := inside || bytes.IndexByte(line, '(') >= 0
		inside = open && bytes.IndexByte(line, ')') < 0 || bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte(`\`))
	}
	return lines
}

// imports tells whether a line begins like an import statement.
func imports(line []byte) bool {
	start := 0
	for start < len(line) && (line[start] == ' ' || line[start] == '\t' || line[start] >= 0x80) { // indent, BOM
		start++
	}
	return bytes.HasPrefix(line[start:], []byte("import ")) || bytes.HasPrefix(line[start:], []byte("from "))
}

// Importers are the files that import some files, by what they import. Only
// files that may do so are parsed.
func (p *Project) Importers(names []string, seen []Glance) (map[string][]string, error) {
	wanted, words := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		wanted[name], words[word(name)] = true, true
	}
	importers := map[string][]string{}
	for _, g := range seen {
		if !mentions(g.imports, words) {
			continue
		}
		m, err := p.Module(g.Name)
		if err != nil {
			return nil, err
		}
		for _, file := range p.needs(m) {
			if wanted[file] {
				importers[file] = append(importers[file], g.Name)
			}
		}
	}
	return importers, nil
}

// word is what an import of a file has to name: the last word of its module.
func word(name string) string {
	base := strings.TrimSuffix(path.Base(name), ".py")
	if base == "__init__" {
		return path.Base(path.Dir(name))
	}
	return base
}

// mentions tells whether one of the words stands in a text.
func mentions(text []byte, words map[string]bool) bool {
	for len(text) > 0 {
		n := bytes.IndexFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if n < 0 {
			n = len(text)
		}
		if words[string(text[:n])] {
			return true
		}
		text = text[min(n+1, len(text)):]
	}
	return false
}
