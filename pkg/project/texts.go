package project

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// isText tells whether a file may say how the project is run: documents, shell
// scripts and the files of build tools.
func isText(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".md", ".rst", ".sh", ".bat", ".yml", ".yaml":
		return true
	}
	first, _, _ := strings.Cut(base, ".")
	return strings.EqualFold(first, "readme") || slices.Contains([]string{"Makefile", "makefile", "Dockerfile", "Procfile", "justfile"}, first) ||
		slices.Contains([]string{"package.json", "pyproject.toml", "setup.cfg"}, base)
}

// maxTexts is how many documents are read at most, those nearest to the top.
const maxTexts = 200

// Texts calls visit for each document, script of another language and file of a
// build tool.
func (p *Project) Texts(visit func(name string, text []byte)) error {
	names := slices.Clone(p.texts)
	slices.SortStableFunc(names, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	for _, name := range names[:min(len(names), maxTexts)] {
		text, err := p.text(name)
		if err != nil {
			return err
		}
		if text != nil {
			visit(name, text)
		}
	}
	return nil
}

// Readme is the README in the top directory; nil where there is none.
func (p *Project) Readme() ([]byte, error) {
	i := slices.IndexFunc(p.texts, IsReadme)
	if i < 0 {
		return nil, nil
	}
	return p.text(p.texts[i])
}

// IsReadme tells whether a document is the README in the top directory.
func IsReadme(name string) bool {
	return strings.EqualFold(strings.TrimSuffix(name, path.Ext(name)), "readme")
}

// text reads a document; nil for one that is too large to be written by hand.
func (p *Project) text(name string) ([]byte, error) {
	text, err := fs.ReadFile(p.files, name)
	if err != nil || len(text) > maxConfig {
		return nil, err
	}
	return text, nil
}
