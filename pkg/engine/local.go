package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

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

// Places is true of what is there anyway: trials see this machine as it is.
func (l *Local) Places(m Mount) bool {
	at := m.At
	if rest, ok := strings.CutPrefix(at, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			at = filepath.Join(home, rest)
		}
	}
	return at == m.Source
}

func (l *Local) Check(ctx context.Context) error {
	runs := func(python string) bool {
		runs, _ := ask(ctx, python, nil, nil)
		return runs
	}
	if !slices.ContainsFunc(l.interpreters(), runs) {
		return noPython()
	}
	return detachable()
}

// noPython says that no interpreter runs.
func noPython() error {
	return &Unavailable{"local", "no Python 3.8 or newer was found", "install python3 or name one with `git config mlhook.python FILE`"}
}

// interpreters returns the Pythons that may run here.
func (l *Local) interpreters() (found []string) {
	for _, name := range append(slices.Clone(l.Pythons), "python3", "/usr/bin/python3") {
		if path, err := exec.LookPath(name); err == nil && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	return found
}

// localSession is an agent that is a process here.
type localSession struct {
	files
	data  map[string]string
	id    processID
	index string
	ended chan struct{} // closed when the process that this runner started has ended
	state *os.ProcessState
}

// Open takes over the agent that an earlier runner left, else starts one.
func (l *Local) Open(ctx context.Context, job Job) (Session, error) {
	if err := detachable(); err != nil {
		return nil, err
	}
	s := &localSession{files: files{run: job.Dir, session: lastSession(job.Dir), uid: -1},
		data: map[string]string{}, index: l.index(job.RunID)}
	for _, m := range job.Data {
		s.data[m.Name] = m.Source
	}
	var err error
	if s.temp, err = makeTemp(job); err != nil {
		return nil, fmt.Errorf("make room for temporary files: %w", err)
	}
	if s.session > 0 && s.load() == nil && s.id.alive() {
		s.adopted = true
		return s, nil
	}
	// Attempts may outlive an agent that was killed, and an agent the runner
	// that was killed before it had written down the process.
	s.killLeft()
	s.session++
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("open session %d: %w", s.session, err)
	}
	home, err := agent.Extract(filepath.Join(l.Cache, "agent"))
	if err != nil {
		return nil, err
	}
	if err = s.launch(home, job); err != nil {
		return nil, fmt.Errorf("start the agent with %s: %w", job.Image.Ref, err)
	}
	return s, nil
}

func (s *localSession) Hello(ctx context.Context) (agent.Event, error) {
	e, err := s.awaitHello(ctx, s.living)
	if err != nil && ctx.Err() == nil {
		err = errors.Join(err, s.Close(ctx))
	}
	return e, err
}

// index names the file that leads from a run to its directory.
func (l *Local) index(runID string) string {
	return filepath.Join(l.Cache, "running", unnameable.ReplaceAllString(runID, "-"))
}

// sessions is the directory that the command line of every agent of the run
// names, and of every attempt, since those are forks.
func (s *localSession) sessions() string {
	return filepath.Join(s.run, "sessions") + string(filepath.Separator)
}

// launch starts the agent detached, so that it outlives the runner.
func (s *localSession) launch(home string, job Job) error {
	if err := os.MkdirAll(filepath.Dir(s.index), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(s.index, []byte(s.run), 0o644); err != nil {
		return err
	}
	output, err := os.Create(s.dir("output"))
	if err != nil {
		return err
	}
	defer output.Close()
	cmd := exec.Command(job.Image.Ref, "-B", home, "--requests", s.dir("requests"), "--trials", s.trials(),
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
	s.id = identify(cmd.Process.Pid)
	s.ended = make(chan struct{})
	go func() {
		cmd.Wait() // how it ended is in the state
		s.state = cmd.ProcessState
		close(s.ended)
	}()
	text, err := json.Marshal(s.id)
	if err != nil {
		return err
	}
	return os.WriteFile(s.dir("process.json"), text, 0o644)
}

// threadEnv makes trials comparable: one hash seed, one thread for each pool.
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
	text, _ := os.ReadFile(s.dir("output")) // whatever there is explains it
	return false, string(bytes.TrimSpace(text[max(0, len(text)-2000):]))
}

func (s *localSession) DataPath(name string) string { return s.data[name] }

func (s *localSession) Gone() <-chan struct{} { return s.ended }

// Exited looks for the process. Only the runner that started it learns its
// exit code.
func (s *localSession) Exited(context.Context) (*Exit, error) {
	if s.id.alive() {
		return nil, nil
	}
	exit := &Exit{Code: -1, Text: fmt.Sprintf("the agent's process %d is gone", s.id.PID)}
	if s.id.Boot != identify(os.Getpid()).Boot {
		exit.EngineLost, exit.Text = true, "the machine was restarted"
	}
	select {
	case <-s.ended: // nil, and never ready, for an adopted agent
		exit.Code, exit.Text = s.state.ExitCode(), s.state.String()
	default:
	}
	return exit, nil
}

// Close ends the agent and its attempts.
func (s *localSession) Close(ctx context.Context) error {
	err := s.id.end(ctx)
	s.killLeft()
	return errors.Join(err, removeTemp(s.run), os.RemoveAll(s.index))
}

// killLeft kills what the run's agents left, and what its scripts started and left
// in sessions of their own.
func (s *localSession) killLeft() {
	killNaming(s.sessions())
	if dir := notedTemp(s.run); dir != "" {
		killHaving("TMPDIR=" + dir + string(filepath.Separator))
	}
}

// Clean ends whatever an earlier runner left of a run.
func (l *Local) Clean(ctx context.Context, runID string) error {
	run, err := os.ReadFile(l.index(runID))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clean up run %s: %w", runID, err)
	}
	s := &localSession{files: files{run: string(run), session: lastSession(string(run))}, index: l.index(runID)}
	if s.load() != nil { // never written, or the directory is gone
		s.id = processID{}
	}
	return s.Close(ctx)
}
