package inspect

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
)

// Points for a file that a document or a script has a command for: one of a
// directory, which is about that directory; one at the top, or for a build tool;
// and for the file that the README calls the main one.
const (
	aside = 1
	first = 3
	chief = 5
)

// A saying is what a document says of a file.
type saying int

const (
	runIt   saying = iota // a command for it
	runLike               // one that stands for others like it
	mainOne               // that it is the main one
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
	// introduced is the file that a sentence calls the main one, and described that
	// in a list with what it is.
	introduced = regexp.MustCompile(`(?i)\b(?:entry[ -]?point|main\s+(?:\w+\s+)?(?:script|program|file|notebook))(?:\s+(?:for|of|to|in)(?:\s+\w+){1,4}?)?(?:\s+(?:is|called|named)\s|\s*(?:[:=(]|->|→))?\s*` + scripted)
	described  = regexp.MustCompile(`(?i)([\w./\\-]+\.(?:py|ipynb))[^\w.]+(?:(?:is|the|a|contains)\s+)*(?:(?:\w+\s+){0,2}entry[ -]?point|main\s+(?:\w+\s+)?(?:script|program|file|notebook))\b`)
	// change is a command that goes to a directory.
	change = regexp.MustCompile(`(?:^|[\s;&|])cd\s+([\w./-]+)`)
	// quoting is what stands around the words of a command in JSON, YAML and Markdown.
	quoting = strings.NewReplacer(`"`, " ", `'`, " ", ",", " ", "`", " ", "**", " ", "\\\n", " ", "\\\r\n", " ")
)

// A mention is what documents and scripts say of a file, and its points for that.
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
		runs(name, string(text), func(word string, as saying) {
			file := meant(files, path.Dir(name), word)
			if file == "" {
				return
			}
			m := mention{how, "a document of the project has a command for", about(name, file), as == runLike, as != runLike && project.IsReadme(name)}
			if as == mainOne {
				m.count, m.by = chief, "the README calls the main one"
			}
			found[file] = found[file].or(m)
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
func runs(name, text string, visit func(word string, as saying)) {
	base := path.Base(name)
	if base == "pyproject.toml" || base == "setup.cfg" {
		for _, m := range installed.FindAllStringSubmatch(text, -1) {
			visit(module(m[1]), runIt)
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
		if project.IsReadme(name) {
			for _, m := range slices.Concat(introduced.FindAllStringSubmatch(line, -1), described.FindAllStringSubmatch(line, -1)) {
				visit(m[1], mainOne)
			}
		}
		sentences := slices.Concat(asked.FindAllStringSubmatch(line, -1), credited.FindAllStringSubmatch(line, -1), opened.FindAllStringSubmatch(line, -1))
		if len(commands)+len(sentences) == 0 {
			continue
		}
		as := runIt
		if forExample.MatchString(before) || forExample.MatchString(line) {
			as = runLike
		}
		for _, m := range commands {
			if file := program(strings.Fields(m[1])); file != "" {
				visit(path.Join(dir, file), as)
				visit(file, as)
			}
		}
		for _, m := range sentences {
			visit(m[1], as)
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
	word = path.Clean(strings.Trim(variable.ReplaceAllString(strings.ReplaceAll(word, `\`, "/"), ""), "*_()[]"))
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

// variable is a directory that a shell's variable names.
var variable = regexp.MustCompile(`^\$(?:\w+|\{\w+\}|\(\w+\))/`)
