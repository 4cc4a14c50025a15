package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst moves a command's flags before its arguments, since urfave/cli
// v2 takes a flag behind an argument for another argument.
func flagsFirst(app *cli.App, args []string) []string {
	if len(args) < 3 {
		return args
	}
	i := slices.IndexFunc(app.Commands, func(c *cli.Command) bool { return c.HasName(args[1]) })
	if i < 0 {
		return args
	}
	var flags, rest []string
	for k := 2; k < len(args); k++ {
		switch arg := args[k]; {
		case arg == "--":
			return append(append(append([]string{}, args[:2]...), flags...), append(rest, args[k:]...)...)
		case !strings.HasPrefix(arg, "-") || arg == "-":
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if takesValue(app.Commands[i], arg) && k+1 < len(args) {
				k++
				flags = append(flags, args[k])
			}
		}
	}
	return append(append(append([]string{}, args[:2]...), flags...), rest...)
}

// takesValue tells whether the next word belongs to the flag.
func takesValue(c *cli.Command, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false
}
