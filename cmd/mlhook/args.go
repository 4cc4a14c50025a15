package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// repoBehind moves --repo DIR from before the command to behind it, where every
// command takes it, so that it may be written as with `git -C DIR`.
func repoBehind(args []string) []string {
	words := 0
	switch {
	case len(args) > 1 && (args[1] == "--repo" || args[1] == "-repo"):
		words = 2
	case len(args) > 1 && (strings.HasPrefix(args[1], "--repo=") || strings.HasPrefix(args[1], "-repo=")):
		words = 1
	}
	if words == 0 || len(args) < words+2 {
		return args // no command follows
	}
	return slices.Concat(args[:1], args[1+words:2+words], args[1:1+words], args[2+words:])
}

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
