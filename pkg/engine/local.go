package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// Local runs trials as processes of this machine, in a venv when no interpreter
// here has what the program needs. It is no sandbox.
type Local struct {
	// Cache is where venvs and the agent's files are kept.
	Cache string
	// Pythons are the interpreters to look at, best first; "python3" is looked
	// up on PATH.
	Pythons []string
}

func (l *Local) Name() string { return "local" }

func (l *Local) Check(ctx context.Context) error {
	if _, err := l.interpreters(ctx); err != nil {
		return err
	}
	return detachable()
}

// interpreters returns the Pythons that run here, version 3.8 or newer.
func (l *Local) interpreters(ctx context.Context) ([]string, error) {
	var found []string
	for _, name := range append(slices.Clone(l.Pythons), "python3", "/usr/bin/python3") {
		path, err := exec.LookPath(name)
		if err != nil || slices.Contains(found, path) {
			continue
		}
		if exec.CommandContext(ctx, path, "-c", "import sys; sys.exit(sys.version_info < (3, 8))").Run() == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return nil, &Unavailable{"local", "no Python 3.8 or newer was found", "install python3 or name one with `git config mlhook.python FILE`"}
	}
	return found, nil
}

// Prepare takes the first interpreter that has all modules, else makes a venv.
func (l *Local) Prepare(ctx context.Context, env Environment, progress func(string)) (Image, error) {
	pythons, err := l.interpreters(ctx)
	if err != nil {
		return Image{}, err
	}
	for _, python := range pythons {
		if hasModules(ctx, python, env.Modules) {
			progress("using " + python + ", which has " + strings.Join(env.Modules, ", "))
			return Image{Family: env.Family, ID: "python:" + python, Ref: python}, nil
		}
	}
	dir := filepath.Join(l.Cache, "venvs", env.Hash)
	python := filepath.Join(dir, "bin", "python")
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return Image{Family: env.Family, ID: "venv:" + env.Hash, Ref: python}, nil
	}
	if err := l.install(ctx, pythons[0], dir, env, progress); err != nil {
		return Image{}, err
	}
	if !hasModules(ctx, python, env.Modules) {
		return Image{}, &BuildError{Step: "import " + strings.Join(env.Modules, ", "),
			Tail: "not all of these modules are in the venv; name what brings them in requirements.txt"}
	}
	return Image{Family: env.Family, ID: "venv:" + env.Hash, Ref: python}, os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644)
}

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

// localSession is an agent that is a process here.
type localSession struct {
	files
	data map[string]string
	id   processID
}

func (l *Local) Open(ctx context.Context, job Job) (Session, error) {
	s := &localSession{files: files{run: job.Dir, session: lastSession(job.Dir), uid: -1}, data: map[string]string{}}
	for _, m := range job.Data {
		s.data[m.Name] = m.Source
	}
	if s.session > 0 && s.load() == nil && s.id.alive() {
		s.adopted = true
		return s, s.awaitHello(ctx, s.living)
	}
	s.session++
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("open session %d: %w", s.session, err)
	}
	home, err := agent.Extract(filepath.Join(l.Cache, "agent"))
	if err != nil {
		return nil, err
	}
	if err := s.launch(home, job); err != nil {
		return nil, fmt.Errorf("start the agent: %w", err)
	}
	return s, s.awaitHello(ctx, s.living)
}

// launch starts the agent detached, so that it outlives the runner.
func (s *localSession) launch(home string, job Job) error {
	output, err := os.Create(s.dir("state", "output"))
	if err != nil {
		return err
	}
	defer output.Close()
	cmd := exec.Command(job.Image.Ref, "-B", home, "--requests", s.dir("requests"), "--trials", filepath.Join(s.run, "trials"),
		"--state", s.dir("state"), "--preload", strings.Join(job.Preload, ","))
	cmd.Dir = s.dir()
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = append(agentEnv(os.Environ()), threadEnv...)
	for name, value := range job.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // reaps the child while this process lives
	s.id = identify(cmd.Process.Pid)
	text, err := json.Marshal(s.id)
	if err != nil {
		return err
	}
	return os.WriteFile(s.dir("process.json"), text, 0o644)
}

// threadEnv caps the threads of a trial: more than cores slow all trials down.
var threadEnv = []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "NUMEXPR_NUM_THREADS=1",
	"PYTHONHASHSEED=0", "PYTHONUNBUFFERED=1", "TF_CPP_MIN_LOG_LEVEL=2", "TF_ENABLE_ONEDNN_OPTS=0"}

// agentEnv drops what would lead the script's Python or git astray.
func agentEnv(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		return strings.HasPrefix(kv, "GIT_") || strings.HasPrefix(kv, "PYTHON")
	})
}

func (s *localSession) load() error {
	text, err := os.ReadFile(s.dir("process.json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &s.id)
}

func (s *localSession) living() (bool, string) {
	if s.id.alive() {
		return true, ""
	}
	text, _ := os.ReadFile(s.dir("state", "output")) // whatever there is explains it
	return false, string(bytes.TrimSpace(text[max(0, len(text)-2000):]))
}

func (s *localSession) DataPath(name string) string { return s.data[name] }

func (s *localSession) Exited(context.Context) (*Exit, error) {
	if s.id.alive() {
		return nil, nil
	}
	return &Exit{Code: -1, Text: "the agent's process " + strconv.Itoa(s.id.PID) + " is gone"}, nil
}

func (s *localSession) Close(ctx context.Context) error {
	return endProcess(ctx, s.id)
}

// endProcess asks the agent to end, then makes it.
func endProcess(ctx context.Context, id processID) error {
	id.signal(false)
	for range 50 {
		if !id.alive() {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	id.signal(true)
	return nil
}

// Clean ends what an earlier runner left. The run's directory is found through
// the process files, so only Close and Open know more.
func (l *Local) Clean(context.Context, string) error { return nil }
