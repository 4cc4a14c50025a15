package inspect

import (
	"fmt"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// required tells whether an argument of argparse has to be given.
func required(c *pysrc.Call) bool {
	if must, ok := project.Argument(c, "required", -1).(*pysrc.Constant); ok {
		return must.Text == "True"
	}
	nargs, _ := project.Argument(c, "nargs", -1).(*pysrc.String)
	return project.Positional(c) && project.Argument(c, "default", -1) == nil && (nargs == nil || nargs.Value == "+")
}

// demand asks for a required argument that the command line does not give.
func demand(m *project.Module, c *pysrc.Call) string {
	if _, ok := m.Given(c); ok {
		return ""
	}
	if project.Positional(c) {
		return fmt.Sprintf("the argument %s is required; give it with `git config --add mlhook.args VALUE`", firstString(c))
	}
	names := project.Spellings(c)
	long := names[len(names)-1]
	return fmt.Sprintf("the option %s is required; give it with `git config --add mlhook.args %s=VALUE`", long, long)
}
