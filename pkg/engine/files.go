package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/plain"
)

// maxModel is the size up to which a saved model is read, in bytes.
const maxModel = 16 << 30

// files is the part of a session that both engines share: what host and agent
// talk through.
//
//	<run>/sessions/<k>/requests   written by the host only
//	<run>/sessions/<k>/state      agent.jsonl
//	<run>/trials                  the attempts of all sessions
//
// Trials are untrusted: below trials and state everything is read through
// os.Root, and only regular files are.
type files struct {
	run      string // the run's directory
	session  int
	uid, gid int // whom trees are handed to; uid -1 when trials run as this user
	adopted  bool
	temp     string // for temporary files of trials; empty where the user names another directory
}

// lastSession is the number of the run's last session, 0 for none.
func lastSession(run string) (last int) {
	entries, err := os.ReadDir(filepath.Join(run, "sessions"))
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			last = max(last, n)
		}
	}
	return last
}

// dir is a path below the session's directory.
func (f *files) dir(parts ...string) string {
	return filepath.Join(append([]string{f.run, "sessions", strconv.Itoa(f.session)}, parts...)...)
}

// has tells whether the directory of a session of the run is there.
func (f *files) has(session int) bool {
	_, err := os.Stat(filepath.Join(f.run, "sessions", strconv.Itoa(session)))
	return err == nil
}

func (f *files) trials() string { return trials(f.run) }

// create makes the session's directories.
func (f *files) create() error {
	for _, dir := range []string{f.dir("requests"), f.dir("state"), f.trials()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if f.uid < 0 {
		return nil
	}
	return os.Lchown(f.dir("state"), f.uid, f.gid)
}

func (f *files) Adopted() bool { return f.adopted }

// Start writes the request, once.
func (f *files) Start(ctx context.Context, req agent.Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Asked(req.Trial, req.Attempt) {
		return nil
	}
	req.Temp = trialTemp(f.temp, req.Trial)
	if err := os.MkdirAll(filepath.Join(f.trials(), agent.CheckpointDir(req.Trial)), 0o755); err != nil {
		return fmt.Errorf("make room for checkpoints: %w", err)
	}
	if f.uid >= 0 {
		for _, dir := range []string{attemptPath(req.Trial, req.Attempt), agent.CheckpointDir(req.Trial)} {
			if err := chown(f.trials(), dir, f.uid, f.gid); err != nil {
				return fmt.Errorf("hand %s to the trials' user: %w", dir, err)
			}
		}
	}
	return agent.WriteRequest(f.dir("requests"), req)
}

// Asked looks for the request.
func (f *files) Asked(trial, attempt int) bool {
	return f.requested(f.session, agent.Request{Op: agent.OpRun, Trial: trial, Attempt: attempt})
}

func (f *files) requested(session int, req agent.Request) bool {
	_, err := os.Stat(filepath.Join(f.run, "sessions", strconv.Itoa(session), "requests", req.Name()))
	return err == nil
}

// Stop asks the agent to kill an attempt.
func (f *files) Stop(_ context.Context, trial, attempt int) error {
	return agent.WriteRequest(f.dir("requests"), agent.Request{
		V: agent.Version, Op: agent.OpStop, Trial: trial, Attempt: attempt, Grace: 5})
}

// Stopped looks for the request, also of an agent that is gone.
func (f *files) Stopped(trial, attempt int) bool {
	for session := f.session; session > 0; session-- {
		if f.requested(session, agent.Request{Op: agent.OpStop, Trial: trial, Attempt: attempt}) {
			return true
		}
	}
	return false
}

// Events reads an attempt's events.jsonl.
func (f *files) Events(trial, attempt int, offset int64) ([]agent.Event, int64, error) {
	return readEvents(f.trials(), attemptPath(trial, attempt, "events.jsonl"), offset)
}

func readEvents(dir, name string, offset int64) ([]agent.Event, int64, error) {
	file, err := agent.OpenRegular(dir, name, agent.MaxEvents)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, offset, nil
	}
	if err != nil {
		return nil, offset, fmt.Errorf("read events: %w", err)
	}
	defer file.Close()
	return agent.ReadEvents(file, offset)
}

// trials are where a run's attempts lie; dir is the run's directory.
func trials(dir string) string { return filepath.Join(dir, "trials") }

// OpenLog opens the output of an attempt of a run, whose directory is dir. The
// caller closes it.
func OpenLog(dir string, trial, attempt int) (io.ReadSeekCloser, error) {
	file, err := agent.OpenRegular(trials(dir), attemptPath(trial, attempt, "log"), 1<<62)
	if err != nil {
		return nil, fmt.Errorf("open the log of trial %d: %w", trial, err)
	}
	return file, nil
}

// OpenModel opens a file that a model event of an attempt named, by its Path. It
// opens regular files only. The caller closes it.
func OpenModel(dir string, trial, attempt int, path string) (io.ReadCloser, error) {
	local := filepath.FromSlash(path)
	if !filepath.IsLocal(local) {
		return nil, fmt.Errorf("open the model of trial %d: %q leads out of the trial", trial, path)
	}
	file, err := agent.OpenRegular(trials(dir), attemptPath(trial, attempt, "model", local), maxModel)
	if err != nil {
		return nil, fmt.Errorf("open the model of trial %d: %w", trial, err)
	}
	return file, nil
}

func attemptPath(trial, attempt int, parts ...string) string {
	return filepath.Join(append([]string{strconv.Itoa(trial), strconv.Itoa(attempt)}, parts...)...)
}

// helloLimit is how long an agent may take to import the frameworks.
const helloLimit = 5 * time.Minute

// awaitHello waits for the agent's first event. living tells whether the agent
// is there, and its last words when it is not.
func (f *files) awaitHello(ctx context.Context, living func() (bool, string)) (agent.Event, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, helloLimit,
		fmt.Errorf("the agent was not ready in %v; the machine may be short of memory", helloLimit))
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		events, _, err := readEvents(f.dir("state"), "agent.jsonl", 0)
		if err != nil {
			return agent.Event{}, err
		}
		for _, e := range events {
			if e.Type == agent.EventHello {
				return e, nil
			}
		}
		if n%10 == 9 {
			if alive, words := living(); !alive {
				return agent.Event{}, fmt.Errorf("the agent ended before it was ready: %s", plain.Text(words))
			}
		}
		select {
		case <-ctx.Done():
			return agent.Event{}, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// chown gives a directory below dir, and all in it, to a user. Symlinks are
// changed themselves, never what they point to.
func chown(dir, name string, uid, gid int) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return filepath.WalkDir(filepath.Join(dir, name), func(file string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, file) // io/fs, by root.FS, would open UTF-8 names only
		if err != nil {
			return err
		}
		return root.Lchown(rel, uid, gid)
	})
}
