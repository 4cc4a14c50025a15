package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Prepare takes the first interpreter that has all modules, else makes a venv.
func (l *Local) Prepare(ctx context.Context, env Environment, progress func(string)) (Image, error) {
	pythons, err := l.interpreters(ctx)
	if err != nil {
		return Image{}, err
	}
	for _, python := range pythons {
		if hasModules(ctx, python, env.Modules) && hasDistributions(ctx, python, env.Requirements) {
			progress(strings.TrimSuffix("using "+python+", which has "+strings.Join(env.Modules, ", "), ", which has "))
			return Image{Family: env.Family, ID: "sha256:" + digest([]byte(python)), Ref: python}, nil
		}
	}
	// Only what pip installs makes one venv different from another.
	sum := digest([]byte(pythons[0] + "\n" + strings.Join(env.Requirements, "\n")))
	dir := filepath.Join(l.Cache, "venvs", sum[:16])
	python := filepath.Join(dir, "bin", "python")
	unlock, err := lock(ctx, filepath.Join(l.Cache, "locks", "venv-"+sum[:16]))
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return Image{Family: env.Family, ID: "sha256:" + sum, Ref: python}, nil
	}
	if err := l.install(ctx, pythons[0], dir, env, progress); err != nil {
		return Image{}, err
	}
	if !hasModules(ctx, python, env.Modules) {
		return Image{}, &BuildError{Step: "import " + strings.Join(env.Modules, ", "),
			Tail: "not all of these modules are in the venv; name what brings them in requirements.txt"}
	}
	if err := os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644); err != nil {
		return Image{}, fmt.Errorf("finish the venv: %w", err)
	}
	return Image{Family: env.Family, ID: "sha256:" + sum, Ref: python}, nil
}

// hasDistributions asks an interpreter whether every requirement is installed,
// in whichever build (tensorflow, tensorflow-cpu). Versions are not compared.
func hasDistributions(ctx context.Context, python string, requirements []string) bool {
	const ask = `
import importlib.metadata as m, sys
def there(name):
    base = name[:-4] if name.endswith(("-cpu", "-gpu")) else name
    for build in (base, base + "-cpu", base + "-gpu"):
        try:
            return bool(m.version(build))
        except m.PackageNotFoundError:
            pass
    return False
sys.exit(not all(there(name) for name in sys.argv[1:]))`
	var names []string
	for _, line := range requirements {
		if name := distribution.FindString(line); name != "" {
			names = append(names, name)
		}
	}
	return exec.CommandContext(ctx, python, append([]string{"-c", ask}, names...)...).Run() == nil
}

// distribution is the name that a requirement line begins with.
var distribution = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// hasModules asks an interpreter for modules without importing them.
func hasModules(ctx context.Context, python string, modules []string) bool {
	const ask = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(m) is None for m in sys.argv[1:]))"
	return exec.CommandContext(ctx, python, append([]string{"-c", ask}, modules...)...).Run() == nil
}

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
			progress(lines.Text())
			tail = append(tail, lines.Text())
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
