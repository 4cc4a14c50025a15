package inspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// required tells whether an argument of argparse has to be given.
func required(c *pysrc.Call) bool {
	if must, ok := project.Argument(c, "required", -1).(*pysrc.Constant); ok {
		return must.Text == "True"
	}
	nargs, _ := project.Argument(c, "nargs", -1).(*pysrc.String)
	return positional(c) && project.Argument(c, "default", -1) == nil && (nargs == nil || nargs.Value == "+")
}

func positional(c *pysrc.Call) bool {
	name := firstString(c)
	return name != "" && name[0] != '-'
}

// demand asks for a required argument that args do not give.
func demand(m *project.Module, c *pysrc.Call, args []string) string {
	name := firstString(c)
	if positional(c) {
		if len(untaken(m, args)) > slices.Index(addressed(m, positional), c) {
			return ""
		}
		return fmt.Sprintf("the argument %s is required; give it with `git config --add mlhook.args VALUE`", name)
	}
	for _, other := range spellings(c) {
		if slices.ContainsFunc(args, func(arg string) bool { return arg == other || strings.HasPrefix(arg, other+"=") }) {
			return ""
		}
		name = other // the last is the long one
	}
	return fmt.Sprintf("the option %s is required; give it with `git config --add mlhook.args %s=VALUE`", name, name)
}

// untaken are the args that no option takes.
func untaken(m *project.Module, args []string) (found []string) {
	taken := false
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"):
			valued := func(c *pysrc.Call) bool { return slices.Contains(spellings(c), arg) && takes(c) }
			taken = len(addressed(m, valued)) > 0
		case taken:
			taken = false
		default:
			found = append(found, arg)
		}
	}
	return found
}

// takes tells whether an option is followed by a value, as it is without an action
// like store_true.
func takes(c *pysrc.Call) bool {
	action, ok := project.Argument(c, "action", -1).(*pysrc.String)
	return project.Argument(c, "action", -1) == nil || ok && (action.Value == "store" || action.Value == "append")
}

// addressed are the arguments of argparse that are of a kind, in their order.
func addressed(m *project.Module, kind func(*pysrc.Call) bool) (found []*pysrc.Call) {
	for _, c := range m.Calls {
		if a, ok := c.Func.(*pysrc.Attribute); ok && a.Attr == "add_argument" && kind(c) {
			found = append(found, c)
		}
	}
	return found
}

// spellings are the names of an option: -d, --dataset.
func spellings(c *pysrc.Call) (names []string) {
	for _, e := range c.Args {
		if s, ok := e.(*pysrc.String); ok {
			names = append(names, s.Value)
		}
	}
	return names
}
