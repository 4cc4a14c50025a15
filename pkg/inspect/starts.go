package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// How a call is given the program that it starts.
type launch int

const (
	byCommand launch = iota // a list of words, or a line for the shell
	byWords                 // the words, an argument each
	byFile
	byModule
)

// A launcher is where a call that starts a program is given it.
type launcher struct {
	how  launch
	at   int
	name string
}

// launchers are the calls that start a program.
var launchers = map[string]launcher{
	"subprocess.run":                  {byCommand, 0, "args"},
	"subprocess.call":                 {byCommand, 0, "args"},
	"subprocess.check_call":           {byCommand, 0, "args"},
	"subprocess.check_output":         {byCommand, 0, "args"},
	"subprocess.Popen":                {byCommand, 0, "args"},
	"subprocess.getoutput":            {byCommand, 0, "cmd"},
	"subprocess.getstatusoutput":      {byCommand, 0, "cmd"},
	"asyncio.create_subprocess_shell": {byCommand, 0, "cmd"},
	"asyncio.create_subprocess_exec":  {byWords, 0, ""},
	"os.system":                       {byCommand, 0, "command"},
	"os.popen":                        {byCommand, 0, "cmd"},
	"os.execv":                        {byCommand, 1, ""},
	"os.execve":                       {byCommand, 1, ""},
	"os.execvp":                       {byCommand, 1, ""},
	"os.execvpe":                      {byCommand, 1, ""},
	"os.execl":                        {byWords, 1, ""},
	"os.execle":                       {byWords, 1, ""},
	"os.execlp":                       {byWords, 1, ""},
	"os.execlpe":                      {byWords, 1, ""},
	"os.posix_spawn":                  {byCommand, 1, ""},
	"os.posix_spawnp":                 {byCommand, 1, ""},
	"os.spawnv":                       {byCommand, 2, ""},
	"os.spawnve":                      {byCommand, 2, ""},
	"os.spawnvp":                      {byCommand, 2, ""},
	"os.spawnvpe":                     {byCommand, 2, ""},
	"os.spawnl":                       {byWords, 2, ""},
	"os.spawnle":                      {byWords, 2, ""},
	"os.spawnlp":                      {byWords, 2, ""},
	"os.spawnlpe":                     {byWords, 2, ""},
	"runpy.run_path":                  {byFile, 0, "path_name"},
	"runpy.run_module":                {byModule, 0, "mod_name"},
	"papermill.execute_notebook":      {byFile, 0, "input_path"},
}

// launched is how a call starts a program, and the expressions that say which;
// none where it starts none.
func launched(m *project.Module, c *pysrc.Call) (launch, []pysrc.Expr) {
	if n, ok := c.Func.(*pysrc.Name); ok && n.ID == "exec" && m.Imports[n.ID] == "" && len(c.Args) > 0 {
		return byFile, source(m, c.Args[0])
	}
	l, ok := launchers[m.Canonical(c)]
	switch {
	case !ok:
		return l.how, nil
	case l.how == byWords:
		return l.how, c.Args[min(l.at, len(c.Args)):]
	}
	return l.how, spotted(project.Argument(c, l.name, l.at))
}

// spotted is an expression, if there is one.
func spotted(e pysrc.Expr) []pysrc.Expr {
	if e == nil {
		return nil
	}
	return []pysrc.Expr{e}
}

// source is the path of the file whose text an expression reads: exec's
// compile(open(path).read(), ...).
func source(m *project.Module, e pysrc.Expr) []pysrc.Expr {
	switch e := e.(type) {
	case *pysrc.Name:
		if a := assigned(m, e); a != nil && !(a.Span().Start <= e.Start && e.End <= a.Span().End) {
			return source(m, a)
		}
		if o := m.Opened(e); o != nil {
			return source(m, o)
		}
	case *pysrc.Call:
		a, method := e.Func.(*pysrc.Attribute)
		switch last := lastName(e.Func); {
		case last == "read_text" && method:
			return spotted(a.Value)
		case (last == "read" || last == "decode") && method:
			return source(m, a.Value)
		case (last == "compile" || last == "open") && len(e.Args) > 0:
			if last == "open" {
				return e.Args[:1]
			}
			return source(m, e.Args[0])
		}
	}
	return nil
}

// A starter reads which programs the calls of a file start.
type starter struct {
	pathfinder
	files *project.Project
}

// started lists the files of the project that a call starts as programs.
func (s starter) started(m *project.Module, c *pysrc.Call) (found []string) {
	how, given := launched(m, c)
	if len(given) == 0 {
		return nil
	}
	var said []string
	switch how {
	case byWords:
		said = s.words(m, given)
	case byCommand:
		said = s.command(m, given[0], farthest)
	case byFile:
		said = s.names(m, given[0], farthest)
	case byModule:
		said = changed(s.names(m, given[0], farthest), module)
	}
	dir := path.Dir(m.Name)
	if cwd := project.Argument(c, "cwd", -1); cwd != nil {
		if name, known := s.path(m, cwd, farthest); known {
			dir = strings.TrimPrefix(strings.TrimPrefix(name, top), "/")
		}
	}
	for _, word := range said {
		if file := s.file(dir, word); file != "" && file != m.Name && !slices.Contains(found, file) {
			found = append(found, file)
		}
	}
	return found
}

// file is the one that a word means in a directory.
func (s starter) file(dir, word string) string {
	own, exact := strings.CutPrefix(path.Clean(word), top+"/")
	switch {
	case strings.Contains(word, unknown), exact && !s.files.Has(own):
		return ""
	case exact:
		return own
	}
	return meant(s.files, dir, word)
}

// command lists what a command runs: a list of words, or a line for the shell.
func (s starter) command(m *project.Module, e pysrc.Expr, steps int) (said []string) {
	if steps == 0 {
		return nil
	}
	switch e := e.(type) {
	case *pysrc.List, *pysrc.Tuple:
		return s.words(m, elements(e))
	case *pysrc.Binary:
		if e.Op == "+" { // options behind
			if said = s.command(m, e.X, steps-1); said != nil {
				return said
			}
		}
	case *pysrc.Cond:
		return append(s.command(m, e.Then, steps-1), s.command(m, e.Else, steps-1)...)
	case *pysrc.Name:
		for _, at := range s.given(m, e) {
			said = append(said, s.command(at.m, at.e, steps-1)...)
		}
		return said
	case *pysrc.Call:
		switch a, method := e.Func.(*pysrc.Attribute); {
		case method && a.Attr == "split" && lastName(a.Value) != "shlex":
			return s.command(m, a.Value, steps-1)
		case len(e.Args) > 0 && (lastName(e.Func) == "split" || lastName(e.Func) == "join" || lastName(e.Func) == "list"): // shlex.split, " ".join
			return s.command(m, e.Args[0], steps-1)
		}
	}
	for _, line := range s.names(m, e, steps) {
		said = append(said, shell(line)...)
	}
	return said
}

// shell lists the files that a line for the shell runs. What is unknown at its
// begin is Python: sys.executable.
func shell(line string) []string {
	if rest, ok := strings.CutPrefix(line, unknown+" "); ok {
		line = "python " + rest
	}
	return runs("", line)
}

// words lists the files that a command of words runs.
func (s starter) words(m *project.Module, list []pysrc.Expr) []string {
	var each [][]string
	var first []string // of each the first
	for _, e := range list {
		names := orUnknown(s.names(m, e, farthest))
		each, first = append(each, names), append(first, names[0])
	}
	if len(first) == 0 {
		return nil
	}
	if slices.Contains([]string{"sh", "bash", "zsh", "cmd"}, path.Base(first[0])) {
		return shell(first[len(first)-1])
	}
	if first[0] == unknown {
		first[0] = "python" // sys.executable
	}
	if !command.MatchString(strings.Join(first, " ")) {
		return nil
	}
	said := program(first[1:])
	for i, names := range each { // where that is one of several, all
		switch {
		case i > 0 && names[0] == said:
			return names
		case i > 1 && first[i-1] == "-m" && module(names[0]) == said:
			return changed(names, module)
		}
	}
	return nil
}

// startedBy tells by which files of the project each is started as a program,
// sorted. What starts programs to try or to compare them says nothing.
func startedBy(files *project.Project, seen []project.Glance) (map[string][]string, error) {
	by := map[string][]string{}
	var from []string
	for _, g := range seen {
		if g.Starts && !setAside(g.Name) && !files.Foreign(g.Name) && !isBeside(g.Name) {
			from = append(from, g.Name)
		}
	}
	for _, name := range from {
		m, err := files.Module(name)
		if err != nil {
			return nil, err
		}
		calls := slices.DeleteFunc(slices.Concat(m.Calls), func(c *pysrc.Call) bool {
			_, given := launched(m, c)
			return given == nil
		})
		if len(calls) == 0 {
			continue
		}
		s, err := newStarter(files, name, seen)
		if err != nil {
			return nil, err
		}
		found := map[string]bool{}
		for _, c := range calls {
			for _, file := range s.started(m, c) {
				found[file] = true
			}
		}
		for file := range maps.Keys(found) {
			by[file] = append(by[file], name)
		}
	}
	return by, nil
}

// newStarter knows what a file imports, and the files that import it, which may
// hand it what to start.
func newStarter(files *project.Project, name string, seen []project.Glance) (starter, error) {
	program, err := files.Closure(name)
	if err != nil {
		return starter{}, err
	}
	importers, err := files.Importers([]string{name}, seen)
	if err != nil {
		return starter{}, err
	}
	for _, n := range importers[name] {
		m, err := files.Module(n)
		if err != nil {
			return starter{}, err
		}
		if !slices.Contains(program, m) {
			program = append(program, m)
		}
	}
	return starter{pathfinder{trace: newTrace(program), dir: path.Dir(name), every: true}, files}, nil
}
