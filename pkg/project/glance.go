package project

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/mlhook/mlhook/pkg/notebook"
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

// Glance looks at every file, side by side.
func (p *Project) Glance(frameworks []string) ([]Glance, error) {
	seen := make([]Glance, len(p.names))
	var group errgroup.Group
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			var buffer []byte
			for i := next.Add(1) - 1; i < int64(len(p.names)); i = next.Add(1) - 1 {
				name := p.names[i]
				text, err := appendFile(buffer[:0], p.files, name)
				if err != nil {
					return err
				}
				buffer = text
				if IsNotebook(name) {
					text = code(text)
				}
				if len(text) <= maxFile {
					seen[i] = glance(name, text, frameworks)
				}
			}
			return nil
		})
	}
	return seen, group.Wait()
}

// appendFile appends a file to an empty buffer where the file system can do so,
// and makes a new buffer elsewhere.
func appendFile(buffer []byte, files fs.FS, name string) ([]byte, error) {
	if files, ok := files.(interface {
		AppendFile(buffer []byte, name string) ([]byte, error)
	}); ok {
		return files.AppendFile(buffer, name)
	}
	return fs.ReadFile(files, name)
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
	g := Glance{Name: name}
	starts := false // it names __main__, as a file does that can be started
	end := 0        // of the import statement before
	for at, word := range sightings(text) {
		switch word {
		case mainWord:
			starts = true
		case optaxWord: // which has optimizers and losses only
			g.Trains = true
		case importWord, fromWord:
			if at >= end && indented(text[:at]) {
				end = at + statement(text[at:])
				g.imports = append(g.imports, text[at:end]...)
			}
		default: // a call goes on like this, or the name does: cross_validate, train_model, start_training
			rest := text[at+len(word):]
			g.Trains = g.Trains || len(rest) > 0 && strings.IndexByte("(_ \t\\", rest[0]) >= 0 || bytes.HasPrefix(rest, []byte("idate")) || bytes.HasPrefix(rest, []byte("ing("))
		}
	}
	if starts && !g.Trains {
		g.Trains = slices.ContainsFunc(frameworks, func(name string) bool { return bytes.Contains(g.imports, []byte(name)) })
	}
	return g
}

// indented tells whether nothing but an indent or a byte order mark stands at
// the end of a text, in its line.
func indented(text []byte) bool {
	i := len(text) - 1
	for i >= 0 && (text[i] == ' ' || text[i] == '\t' || text[i] >= 0x80) {
		i--
	}
	return i < 0 || text[i] == '\n'
}

// statement is the length of an import statement: its line, with the lines that
// go on within brackets or behind a backslash.
func statement(text []byte) int {
	n := 0
	for open, behind := false, true; (open || behind) && n < len(text); {
		line := text[n:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		n += len(line)
		open = (open || bytes.IndexByte(line, '(') >= 0) && bytes.IndexByte(line, ')') < 0
		behind = bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte(`\`))
	}
	return n
}

// Importers are the files that import some files, by what they import. Only
// files that may do so are parsed.
func (p *Project) Importers(names []string, seen []Glance) (map[string][]string, error) {
	wanted, words, packages := map[string]bool{}, map[string]bool{}, false
	for _, name := range names {
		wanted[name], words[word(name)] = true, true
		packages = packages || path.Base(name) == "__init__.py"
	}
	importers := map[string][]string{}
	for _, g := range seen {
		if !mentions(g.imports, words) && !(packages && fromItself.Match(g.imports)) {
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

// fromItself is an import from the package or the directory that a file lies in.
var fromItself = regexp.MustCompile(`\bfrom\s+(?:\.|__init__\b)`)

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
