// Command mlhook trains, measures and tweaks a model after every git commit.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"
)

// version is set by install.sh with -ldflags.
var version = "dev"

// Exit codes are an interface; `mlhook --help` lists them.
const (
	exitFine        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotReached  = 3
	exitNothing     = 4
	exitRefused     = 5
	exitStopped     = 6
	exitInterrupted = 130
)

// An exitError ends the program with a code; err may be nil when all is said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage is an error of the command line.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// nothing says that there is nothing to do.
func nothing(format string, args ...any) error {
	return &exitError{exitNothing, fmt.Errorf(format, args...)}
}

// refused says that mlhook will not do what was asked, and why.
func refused(format string, args ...any) error {
	return &exitError{exitRefused, fmt.Errorf(format, args...)}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Main(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &output{Writer: stdout}
	app := newApp(out, stderr)
	err := app.RunContext(ctx, flagsFirst(app, repoBehind(args)))
	if err == nil {
		err = out.err
	}
	if err == nil {
		return exitFine
	}
	code := exitFailed
	var exit *exitError
	switch {
	case errors.As(err, &exit):
		code = exit.code
	case ctx.Err() != nil:
		return exitInterrupted
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, "mlhook: "+text)
	}
	return code
}

// output remembers what went wrong with what commands print, so that a text which
// a full disk cuts short is not taken for the whole.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.Writer.Write(text)
	o.err = cmp.Or(o.err, err)
	return n, err
}

func newApp(stdout, stderr io.Writer) *cli.App {
	return &cli.App{
		Name:      "mlhook",
		Usage:     "trains, measures and tweaks your model after every git commit",
		Version:   version,
		Writer:    stdout,
		ErrWriter: stderr,
		Description: `Exit codes: 0 fine, 1 failed, 2 usage, 3 target not reached, 4 nothing to do,
5 refused, 6 stopped or superseded, 130 interrupted.`,
		Suggest:                true,
		EnableBashCompletion:   true,
		UseShortOptionHandling: true,
		ExitErrHandler:         func(*cli.Context, error) {}, // Main maps errors to codes
		OnUsageError:           onUsageError,
		CommandNotFound:        nil,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("there is no command %q; `mlhook help` lists them", c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
		Flags:    []cli.Flag{repoFlag()},
		Commands: commands(),
	}
}

func commands() []*cli.Command {
	all := []*cli.Command{
		installCommand(), uninstallCommand(), inspectCommand(), runCommand(), statusCommand(), watchCommand(),
		logCommand(), runsCommand(), showCommand(), diffCommand(), applyCommand(), modelCommand(),
		stopCommand(), reportCommand(), notifyCommand(), superviseCommand(), hookCommand(), runnerCommand(),
		versionCommand(),
	}
	for _, c := range all {
		c.OnUsageError = onUsageError
		c.Flags = append(c.Flags, repoFlag())
		c.Action = strict(c.ArgsUsage, c.Action)
	}
	return all
}

// repoFlag may stand before the command or behind it.
func repoFlag() cli.Flag {
	return &cli.StringFlag{Name: "repo", Value: ".", Usage: "the repository, `DIR`"}
}

func onUsageError(_ *cli.Context, err error, _ bool) error { return usage("%v", err) }

// strict refuses more arguments than a command takes.
func strict(argsUsage string, action cli.ActionFunc) cli.ActionFunc {
	most := 0
	if argsUsage != "" {
		most = 1
	}
	return func(c *cli.Context) error {
		if c.NArg() > most {
			return usage("%s takes no argument %q; see `mlhook %s --help`", c.Command.Name, c.Args().Get(most), c.Command.Name)
		}
		return action(c)
	}
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "print the version",
		Action: func(c *cli.Context) error {
			_, err := fmt.Fprintln(c.App.Writer, "mlhook "+version)
			return err
		},
	}
}

func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
