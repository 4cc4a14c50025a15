package inspect

import (
	"path"
	"regexp"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
)

// How the documents of a project speak of a file.
const (
	unnamed = iota
	aloud   // a document further down names a command that runs it
	first   // the README at the top or a build tool does
)

var (
	// command is one that runs a Python file or module: python3 -u train.py, uv run
	// src/train.py, $(PYTHON) -m src.train.
	command = regexp.MustCompile(`(?i)(?:^|[\s/({\x60!;&|=])(?:python[\d.]*w?|py|uv run|poetry run|torchrun|accelerate launch|deepspeed|ipython|jupyter \w+|papermill)[)}]?(?:\.exe)?((?:\s+\S+){1,8})`)
	// asked is a sentence that tells the reader to run a file.
	asked = regexp.MustCompile(`(?i)\b(?:run|execute|launch|start)(?:ning)?\b[^.\n]{0,40}?([\w./\\-]+\.(?:py|ipynb))\b`)
	// installed is an entry of a packaging file: train = "package.train:main".
	installed = regexp.MustCompile(`=\s*["']?([\w.]+):\w+`)
	// quoting is what stands around the words of a command in JSON, YAML and Markdown.
	quoting = strings.NewReplacer(`"`, " ", `'`, " ", ",", " ", "`", " ", "**", " ", "\\\n", " ", "\\\r\n", " ")
)

// named tells which of some files the documents name a command for.
func named(files *project.Project, candidates []string) (map[string]int, error) {
	found := map[string]int{}
	err := files.Texts(func(name string, text []byte) {
		if setAside(name) {
			return
		}
		how := aloud
		if prose := path.Ext(name) == ".md" || path.Ext(name) == ".rst"; !prose || path.Dir(name) == "." && strings.HasPrefix(strings.ToLower(path.Base(name)), "readme") {
			how = first
		}
		for _, word := range runs(name, string(text)) {
			for _, file := range meant(files, candidates, path.Dir(name), word) {
				found[file] = max(found[file], how)
			}
		}
	})
	return found, err
}

// runs lists the files and modules that a document has commands for.
func runs(name, text string) (words []string) {
	base := path.Base(name)
	if base == "pyproject.toml" || base == "setup.cfg" {
		for _, m := range installed.FindAllStringSubmatch(text, -1) {
			words = append(words, module(m[1]))
		}
		return words
	}
	prose := path.Ext(name) == ".md" || path.Ext(name) == ".rst" || path.Ext(name) == ""
	for line := range strings.Lines(quoting.Replace(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") && !prose || strings.HasPrefix(strings.ToLower(line), "rem ") {
			continue // a comment
		}
		for _, m := range command.FindAllStringSubmatch(line, -1) {
			words = append(words, program(strings.Fields(m[1])))
		}
		for _, m := range asked.FindAllStringSubmatch(line, -1) {
			words = append(words, m[1])
		}
	}
	return words
}

// program is the file that the arguments of Python name first.
func program(args []string) string {
	for i, arg := range args {
		switch {
		case arg == "-m" && i+1 < len(args) && !strings.Contains(args[i+1], "."):
			if args[i+1] == "pip" || args[i+1] == "venv" || args[i+1] == "pytest" {
				return ""
			}
			return module(args[i+1])
		case arg == "-m" && i+1 < len(args):
			return module(args[i+1])
		case strings.HasSuffix(arg, ".py"), strings.HasSuffix(arg, ".ipynb"):
			return arg
		case strings.ContainsAny(arg, ";&|"):
			return ""
		}
	}
	return ""
}

// module is the file of a module.
func module(dotted string) string { return strings.ReplaceAll(dotted, ".", "/") + ".py" }

// meant are the candidates that a word of a document in a directory means: the
// file of that path there or at the top, otherwise those whose path ends so.
func meant(files *project.Project, candidates []string, dir, word string) (found []string) {
	word = path.Clean(strings.Trim(strings.ReplaceAll(word, `\`, "/"), "*_()[]"))
	for _, exact := range []string{path.Join(dir, word), word} {
		if files.Has(exact) {
			return []string{exact}
		}
	}
	for strings.HasPrefix(word, "../") {
		word = word[len("../"):]
	}
	for _, name := range candidates {
		if strings.HasSuffix(name, "/"+word) {
			found = append(found, name)
		}
	}
	return found
}
