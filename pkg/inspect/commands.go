package inspect

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
)

// What it counts that a file is run by a command in a document or by a script: in
// one of a directory, which is about that directory; in one at the top, or for a
// build tool.
const (
	aside = 1
	first = 3
)

// scripted is a file that a sentence names, maybe as a link.
const scripted = `(?:(?:script|file|program|code|notebook|following)\s+)*\[?\s*([\w./\\-]+\.(?:py|ipynb))_*(?:\W|$)`

var (
	// command is one that runs a Python file or module: python3 -u train.py, uv run
	// src/train.py, $(PYTHON) -m src.train.
	command = regexp.MustCompile(`(?i)(?:^|[\s/({\x60!;&|=])(?:python[\w.]*|py|uv run|poetry run|torchrun|accelerate launch|deepspeed|ipython|jupyter \w+|papermill)[)}]?(?:\.exe)?((?:\s+\S+){1,8})`)
	// asked is a sentence that tells the reader to run a file, or the help that it prints.
	asked = regexp.MustCompile(`(?i)(?:\b(?:run|running|execute|executing|launch|start|usage:)\s+(?:the\s+|it:?\s+)?|(?:运行|执行)\s*)` + scripted)
	// credited is a sentence that says what a model is trained with.
	credited = regexp.MustCompile(`(?i)\b(?:re)?train(?:ed|ing)?\s(?:[^.;]*\s)?(?:with|using|by|via)\s+(?:the\s+)?` + scripted)
	// opened is one to open a notebook.
	opened = regexp.MustCompile(`(?i)\bopen\s+(?:the\s+)?(?:(?:file|notebook|jupyter)\s+)*\[?\s*([\w./\\-]+\.ipynb)`)
	// installed is an entry of a packaging file: train = "package.train:main".
	installed = regexp.MustCompile(`=\s*["']?([\w.]+):\w+`)
	// change is a command that goes to a directory.
	change = regexp.MustCompile(`(?:^|[\s;&|])cd\s+([\w./-]+)`)
	// quoting is what stands around the words of a command in JSON, YAML and Markdown.
	quoting = strings.NewReplacer(`"`, " ", `'`, " ", ",", " ", "`", " ", "**", " ", "\\\n", " ", "\\\r\n", " ")
)

// A mention is what it counts that commands run a file.
type mention struct {
	count   int
	by      string // what runs it, in words
	dir     string // of the files that it tells apart, empty for the project's
	example bool   // the file stands for others like it
	readme  bool   // the README has a command for just this file
}

// named tells which files the documents name a command for.
func named(files *project.Project) (map[string]mention, error) {
	found := map[string]mention{}
	err := files.Texts(func(name string, text []byte) {
		if setAside(name) || files.Foreign(name) || !isProse(name) && isBeside(name) {
			return
		}
		how := aside
		if path.Dir(name) == "." || strings.HasPrefix(name, ".github/") || !isProse(name) && path.Ext(name) != ".sh" {
			how = first
		}
		runs(name, string(text), func(word string, example bool) {
			if file := meant(files, path.Dir(name), word); file != "" {
				m := mention{how, "a document of the project has a command for", about(name, file), example, !example && project.IsReadme(name)}
				found[file] = found[file].or(m)
			}
		})
	})
	return found, err
}

// or is the one of two mentions of a file that says more.
func (m mention) or(other mention) mention {
	if m.count > other.count || m.count == other.count && (m.readme || !other.readme) && m.dir == "" && !m.example {
		return m
	}
	return other
}

// about is the directory whose files a document or a script that runs one of them
// tells apart: its own.
func about(name, file string) string {
	if dir := path.Dir(name); strings.HasPrefix(file, dir+"/") {
		return dir
	}
	return ""
}

// isProse tells whether a document is written for people.
func isProse(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".rst" || strings.EqualFold(title(name), "readme")
}

// forExample says that what follows stands for others like it.
var forExample = regexp.MustCompile(`(?i)\b(?:for (?:example|instance)|e\.g\.)`)

// runs visits the files and modules that a document has commands for.
func runs(name, text string, visit func(word string, example bool)) {
	base := path.Base(name)
	if base == "pyproject.toml" || base == "setup.cfg" {
		for _, m := range installed.FindAllStringSubmatch(text, -1) {
			visit(module(m[1]), false)
		}
		return
	}
	dir := ""    // that was gone to last
	before := "" // the sentence before a command
	for line := range strings.Lines(quoting.Replace(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") && !isProse(name) || strings.HasPrefix(strings.ToLower(line), "rem ") {
			continue // a comment
		}
		if m := change.FindStringSubmatch(line); m != nil {
			dir = m[1]
		}
		commands := command.FindAllStringSubmatch(line, -1)
		if len(commands) == 0 && len(strings.Fields(line)) > 2 {
			before = line
		}
		sentences := slices.Concat(asked.FindAllStringSubmatch(line, -1), credited.FindAllStringSubmatch(line, -1), opened.FindAllStringSubmatch(line, -1))
		if len(commands)+len(sentences) == 0 {
			continue
		}
		example := forExample.MatchString(before) || forExample.MatchString(line)
		for _, m := range commands {
			if file := program(strings.Fields(m[1])); file != "" {
				visit(path.Join(dir, file), example)
				visit(file, example)
			}
		}
		for _, m := range sentences {
			visit(m[1], example)
		}
	}
}

// program is the file that the arguments of Python name first.
func program(args []string) string {
	for i, arg := range args {
		switch {
		case arg == "-c":
			return "" // code
		case arg == "-m" && i+1 < len(args) && !launching[args[i+1]]:
			return module(strings.TrimSuffix(args[i+1], ".py")) // which people write by mistake
		case strings.HasSuffix(arg, ".py"), strings.HasSuffix(arg, ".ipynb"):
			return arg
		case strings.ContainsAny(arg, ";&|"):
			return ""
		}
	}
	return ""
}

// launching are modules that run another file in several processes.
var launching = set("torch.distributed.launch torch.distributed.run accelerate.commands.launch")

// module is the file of a module.
func module(dotted string) string { return strings.ReplaceAll(dotted, ".", "/") + ".py" }

// meant is the file that a word of a document in a directory means: the one of
// that path there or at the top, otherwise the only one whose path ends so.
func meant(files *project.Project, dir, word string) string {
	word = path.Clean(strings.Trim(strings.ReplaceAll(word, `\`, "/"), "*_()[]"))
	for _, exact := range []string{path.Join(dir, word), word} {
		for _, exact := range []string{exact, strings.TrimSuffix(exact, ".py") + "/__main__.py"} {
			if files.Has(exact) {
				return exact
			}
		}
	}
	for strings.HasPrefix(word, "../") {
		word = word[len("../"):]
	}
	for _, end := range []string{word, path.Base(word)} { // directories are renamed, and documents are not
		if found := files.Ending("/" + end); len(found) == 1 {
			return found[0]
		}
	}
	return ""
}
