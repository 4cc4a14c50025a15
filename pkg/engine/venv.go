package engine

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/plain"
)

// Prepare takes the first interpreter that has all modules, else makes a venv.
func (l *Local) Prepare(ctx context.Context, env Environment, progress func(string)) (Image, error) {
	own := "" // the first interpreter that runs
	for _, python := range l.interpreters() {
		runs, has := ask(ctx, python, env.Modules, env.Requirements)
		if has {
			progress(strings.TrimSuffix("using "+python+", which has "+strings.Join(env.Modules, ", "), ", which has "))
			return Image{Family: env.Family, ID: "sha256:" + digest([]byte(python)), Ref: python}, nil
		}
		if runs {
			own = cmp.Or(own, python)
		}
	}
	if own == "" {
		return Image{}, noPython()
	}
	// Only what pip installs makes one venv different from another.
	sum := digest([]byte(own + "\n" + strings.Join(env.Requirements, "\n")))
	dir := l.venv(sum[:16])
	python := filepath.Join(dir, "bin", "python")
	unlock, err := prepare(ctx, l.Cache, venvLock+sum[:16])
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return Image{Family: env.Family, ID: "sha256:" + sum, Ref: python}, nil
	}
	if err := l.install(ctx, own, dir, env, progress); err != nil {
		return Image{}, err
	}
	if _, has := ask(ctx, python, env.Modules, nil); !has {
		return Image{}, &BuildError{Step: "import " + strings.Join(env.Modules, ", "),
			Tail: "not all of these modules are in the venv; name what brings them in requirements.txt"}
	}
	if err := os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644); err != nil {
		return Image{}, fmt.Errorf("finish the venv: %w", err)
	}
	return Image{Family: env.Family, ID: "sha256:" + sum, Ref: python}, nil
}

// lacks is the exit code of an interpreter that has not all that it was asked for.
const lacks = 3

// ask asks an interpreter whether it runs the agent, and whether it has modules,
// which are not imported, and the distributions of requirements, in whichever
// build (tensorflow, tensorflow-cpu). Versions are not compared. It is one
// question, since an interpreter takes long to start.
func ask(ctx context.Context, python string, modules, requirements []string) (runs, has bool) {
	const script = `
import sys
if sys.version_info < (3, 8):
    sys.exit(1)
import importlib.metadata, importlib.util
def module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
def distribution(name):
    base = name[:-4] if name.endswith(("-cpu", "-gpu")) else name
    for build in (base, base + "-cpu", base + "-gpu"):
        try:
            return bool(importlib.metadata.version(build))
        except importlib.metadata.PackageNotFoundError:
            pass
    return False
modules, distributions = (text.split() for text in sys.argv[1:])
sys.exit(0 if all(map(module, modules)) and all(map(distribution, distributions)) else 3)`
	var names []string
	for _, line := range requirements {
		if name := distribution.FindString(line); name != "" {
			names = append(names, name)
		}
	}
	err := exec.CommandContext(ctx, python, "-c", script, strings.Join(modules, " "), strings.Join(names, " ")).Run()
	var exit *exec.ExitError
	return err == nil || errors.As(err, &exit) && exit.ExitCode() == lacks, err == nil
}

// distribution is the name that a requirement line begins with.
var distribution = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// install makes the venv; without its last file it counts as not there.
func (l *Local) install(ctx context.Context, python, dir string, env Environment, progress func(string)) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	progress("making a venv with " + python)
	if err := step(ctx, progress, nil, python, "-m", "venv", dir); err != nil {
		return err
	}
	requirements := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(requirements, []byte(strings.Join(env.Requirements, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	var environ []string
	if env.CABundle != "" {
		environ = append(environ, "PIP_CERT="+env.CABundle)
	}
	for name, value := range env.BuildArgs {
		if strings.HasPrefix(name, "PIP_") || strings.HasSuffix(strings.ToLower(name), "_proxy") {
			environ = append(environ, name+"="+value)
		}
	}
	return step(ctx, progress, environ, filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--progress-bar", "off", "-r", requirements)
}

// step runs a command, passes its lines on and keeps the last for the error.
func step(ctx context.Context, progress func(string), environ []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), environ...)
	cmd.WaitDelay = 5 * time.Second
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	var tail []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			line := plain.Text(lines.Text())
			progress(line)
			tail = append(tail, line)
			tail = tail[max(0, len(tail)-15):]
		}
		io.Copy(io.Discard, out) // a line too long for the scanner
	}()
	err := cmd.Run()
	in.Close()
	<-done
	if err != nil && ctx.Err() == nil {
		return &BuildError{Step: strings.Join(append([]string{filepath.Base(name)}, args...), " "), Tail: strings.Join(tail, "\n")}
	}
	return err
}
