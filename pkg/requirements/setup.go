package requirements

import (
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// setupScript reads the literal lists that a setup.py gives to setup. It is not
// executed.
func setupScript(text []byte) (l listing) {
	m := project.Parse("setup.py", text, func(string) bool { return false })
	for _, c := range m.Calls {
		name := project.Dotted(c.Func)
		if name != "setup" && !strings.HasSuffix(name, ".setup") {
			continue
		}
		l.lines = append(l.lines, literals(m, project.Argument(c, "install_requires", -1), farthest)...)
		l.optional = append(l.optional, literals(m, project.Argument(c, "extras_require", -1), farthest)...)
	}
	return l
}

// farthest is how many expressions deep a list is followed.
const farthest = 8

// literals are the strings of a display, of a sum of displays, or of what a
// name was bound to.
func literals(m *project.Module, e pysrc.Expr, steps int) (found []string) {
	if steps == 0 {
		return nil
	}
	var parts []pysrc.Expr
	switch e := e.(type) {
	case *pysrc.String:
		if e.Plain {
			return strings.Split(strings.TrimSpace(e.Value), "\n")
		}
	case *pysrc.List:
		parts = e.Elts
	case *pysrc.Tuple:
		parts = e.Elts
	case *pysrc.Dict:
		parts = e.Values
	case *pysrc.Starred:
		parts = []pysrc.Expr{e.Value}
	case *pysrc.Binary:
		if e.Op == "+" {
			parts = []pysrc.Expr{e.X, e.Y}
		}
	case *pysrc.Name:
		for _, a := range m.Assigns[e.ID] {
			parts = append(parts, a.Value)
		}
	}
	for _, part := range parts {
		found = append(found, literals(m, part, steps-1)...)
	}
	return found
}

// setupConfig reads install_requires of a setup.cfg, the lines below the key
// included.
func setupConfig(text []byte) (l listing) {
	section, key := "", ""
	for line := range strings.Lines(decode(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section, key = line[1:len(line)-1], ""
			continue
		case line[0] != ' ' && line[0] != '\t':
			var found bool
			if key, trimmed, found = strings.Cut(line, "="); !found {
				continue
			}
			key, trimmed = strings.TrimSpace(key), strings.TrimSpace(trimmed)
		}
		if file, ok := strings.CutPrefix(trimmed, "file:"); ok && key == "install_requires" {
			trimmed = "-r " + strings.TrimSpace(file)
		}
		switch {
		case trimmed == "":
		case section == "options" && key == "install_requires":
			l.lines = append(l.lines, trimmed)
		case section == "options.extras_require":
			l.optional = append(l.optional, trimmed)
		}
	}
	return l
}
