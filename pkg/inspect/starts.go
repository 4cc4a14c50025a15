package inspect

import (
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
		return byFile, source(m, c.Args[0], farthest)
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
func source(m *project.Module, e pysrc.Expr, steps int) []pysrc.Expr {
	if steps == 0 {
		return nil
	}
	switch e := e.(type) {
	case *pysrc.Name:
		if a := assigned(m, e); a != nil {
			return source(m, a, steps-1)
		}
		if o := m.Opened(e); o != nil {
			return source(m, o, steps-1)
		}
	case *pysrc.Call:
		a, method := e.Func.(*pysrc.Attribute)
		switch last := project.LastName(e.Func); {
		case last == "read_text" && method:
			return spotted(a.Value)
		case (last == "read" || last == "decode") && method:
			return source(m, a.Value, steps-1)
		case last == "open" && len(e.Args) > 0:
			return e.Args[:1]
		case last == "compile" && len(e.Args) > 0:
			return source(m, e.Args[0], steps-1)
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
		said = s.argv(m, given)
	case byCommand:
		said = s.command(m, given[0], farthest)
	case byFile:
		said = s.names(m, given[0], farthest)
	case byModule:
		said = changed(s.names(m, given[0], farthest), module)
	}
	dir := path.Dir(m.Name)
	if cwd := project.Argument(c, "cwd", -1); cwd != nil {
		if name, known := s.path(m, cwd); known {
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
		return s.argv(m, elements(e))
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
		case method && a.Attr == "split" && project.LastName(a.Value) != "shlex":
			return s.command(m, a.Value, steps-1)
		case len(e.Args) > 0 && (project.LastName(e.Func) == "split" || project.LastName(e.Func) == "join" || project.LastName(e.Func) == "list"): // shlex.split, " ".join
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
func shell(line string) (said []string) {
	if rest, ok := strings.CutPrefix(line, unknown+" "); ok {
		line = "python " + rest
	}
	runs("", line, func(word string, _ saying) { said = append(said, word) })
	return said
}

// argv lists the files that a command of words runs.
func (s starter) argv(m *project.Module, list []pysrc.Expr) (said []string) {
	if len(list) == 0 {
		return nil
	}
	var each [][]string
	var first []string // of each the first
	for _, e := range list {
		names := orUnknown(s.names(m, e, farthest))
		each, first = append(each, names), append(first, names[0])
	}
	if slices.Contains([]string{"sh", "bash", "zsh", "cmd"}, path.Base(first[0])) {
		for _, line := range each[len(each)-1] {
			said = append(said, shell(line)...)
		}
		return said
	}
	if first[0] == unknown {
		first[0] = "python" // sys.executable
	}
	if !command.MatchString(strings.Join(first, " ")) {
		return nil
	}
	file := program(first[1:])
	for i, names := range each { // where that is one of several, all
		switch {
		case i == 0 || file == "":
		case names[0] == file:
			return names
		case first[i-1] == "-m" && module(names[0]) == file:
			return changed(names, module)
		}
	}
	return nil
}

// startedBy tells which of some files are started as programs, by which others,
// sorted. What starts programs to try or to compare them says nothing.
func startedBy(files *project.Project, names []string, seen []project.Glance) (map[string][]string, error) {
	from, err := files.Starters(names, seen, func(name string) bool { return setAside(name) || files.Foreign(name) || isBeside(name) })
	if err != nil {
		return nil, err
	}
	by := map[string][]string{}
	for _, name := range from {
		found, err := startsOf(files, name, seen)
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			if slices.Contains(names, file) && !slices.Contains(by[file], name) {
				by[file] = append(by[file], name)
			}
		}
	}
	return by, nil
}

// startsOf lists what the calls of a file start.
func startsOf(files *project.Project, name string, seen []project.Glance) (found []string, err error) {
	m, err := files.Module(name)
	if err != nil {
		return nil, err
	}
	calls := only(m.Calls, func(c *pysrc.Call) bool {
		_, given := launched(m, c)
		return given != nil
	})
	if len(calls) == 0 {
		return nil, nil
	}
	program, err := files.Near(name)
	if err != nil {
		return nil, err
	}
	t := newTrace(program)
	if t.asks(m, calls) {
		if program, err = withImporters(files, program, seen); err != nil {
			return nil, err
		}
		t = newTrace(program)
	}
	s := starter{pathfinder{trace: t, every: true}, files}
	for _, c := range calls {
		found = append(found, s.started(m, c)...)
	}
	return found, nil
}

// asks tells whether what calls start is handed to a function that the program
// does not call: those that import it do.
func (t *trace) asks(m *project.Module, calls []*pysrc.Call) (found bool) {
	for _, c := range calls {
		_, given := launched(m, c)
		for _, e := range given {
			pysrc.Walk(e, func(node pysrc.Node) bool {
				if n, ok := node.(*pysrc.Name); ok {
					d, _ := parameter(m, n)
					found = found || d != nil && len(t.named[d.Name]) == 0
				}
				return !found
			})
		}
	}
	return found
}

// withImporters adds to a program the files that import its first.
func withImporters(files *project.Project, program []*project.Module, seen []project.Glance) ([]*project.Module, error) {
	name := program[0].Name
	importers, err := files.Importers([]string{name}, seen)
	if err != nil {
		return nil, err
	}
	for _, n := range importers[name] {
		m, err := files.Module(n)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(program, m) {
			program = append(program, m)
		}
	}
	return program, nil
}
