package loop

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// explained adds to an error of the program what is to be done about the modules,
// the arguments, the input or the data that it misses.
func (l *Loop) explained(failure string) string {
	if what := cmp.Or(l.foreseen(failure), l.given(failure), l.lacking(failure)); what != "" {
		return failure + "; " + what
	}
	return failure
}

// foreseen is what inspect said of a module or of arguments that are missing, or
// of what today's packages lack at the place of the error.
func (l *Loop) foreseen(failure string) string {
	_, module, missing := strings.Cut(failure, "No module named '")
	module, _, _ = strings.Cut(strings.TrimSuffix(module, "'"), ".")
	place, what, _ := strings.Cut(failure, ": ")
	var all []string
	for _, hazard := range l.program.Hazards {
		if missing && strings.Contains(hazard, " imports "+module+",") {
			all = append(all, hazard)
		}
		if _, how, ok := strings.Cut(hazard, " is required; "); ok && strings.Contains(failure, "arguments are required") {
			all = append(all, how)
		}
		if how, ok := strings.CutPrefix(hazard, place+" needs an argument; "); ok && strings.HasPrefix(what, "IndexError") { // of sys.argv
			all = append(all, how)
		}
		if lost, ok := strings.CutPrefix(hazard, place+" "); ok && strings.Contains(lost, " is not in ") {
			all = append(all, lost)
		}
	}
	return strings.Join(all, "; ")
}

// given says how the program is given what it asks for.
func (l *Loop) given(failure string) string {
	spaced := func(arg string) bool { return strings.ContainsAny(arg, " \t") }
	switch {
	case strings.Contains(failure, "the following arguments are required"):
		return "give them with `git config --add mlhook.args VALUE`"
	case strings.Contains(failure, "unrecognized arguments") && slices.ContainsFunc(l.Settings.Args, spaced):
		return "each word of the command line is a value of its own: `git config --add mlhook.args WORD` for each"
	case strings.Contains(failure, "EOFError: EOF when reading a line"):
		return "nobody is there to answer input(): take the value from the command line, or write it down"
	}
	return ""
}

// lacking says where a file has to be, or from where it would be found.
func (l *Loop) lacking(failure string) string {
	if !strings.Contains(failure, "No such file or directory") && !strings.Contains(failure, "FileNotFoundError") {
		return ""
	}
	for _, d := range l.program.Data {
		if (d.Kind == "outside" || d.Kind == "missing") && strings.Contains(failure, d.Path) {
			return d.Path + ": " + d.How
		}
	}
	quoted := strings.Split(failure, "'")
	if len(quoted) < 3 {
		return ""
	}
	if own := path.Join(l.program.Dir, quoted[1]); filepath.IsLocal(own) {
		if _, err := os.Stat(filepath.Join(l.Top, filepath.FromSlash(own))); err == nil {
			return fmt.Sprintf("%s is in your working tree and not in the commit: commit it, or `git config --add mlhook.data %q`", own, quoted[1])
		}
	}
	for dir := l.program.Dir; dir != "."; {
		dir = path.Dir(dir)
		for _, top := range []string{l.commitDir(), l.Top} {
			if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(path.Join(dir, quoted[1])))); err == nil {
				return fmt.Sprintf("it was started in %s, and the file is there from %s: `git config mlhook.dir %[2]s`", l.program.Dir, dir)
			}
		}
	}
	return ""
}
