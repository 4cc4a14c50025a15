package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/image"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/loop"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A trainer runs variants of a task's script as trials of the local engine: the
// agent that a run of mlhook has, without its loop.
type trainer struct {
	dir      string // the run's
	settings config.Settings
	program  *inspect.Program
	session  engine.Session
	seed     int64

	mu       sync.Mutex
	trials   int
	attempts map[int]int
}

// An ask is a training that a peer wants.
type ask struct {
	files map[string][]byte
	// trial is one to go on with from its newest checkpoint; -1 begins one.
	trial int
	// until is the epoch behind which a checkpoint is kept and the training
	// stopped; 0 is its end.
	until int
	// seed is added to the trainer's.
	seed int64
	// leave keeps what others can start from; warm is what this one starts from.
	leave bool
	warm  string
	// report gets each epoch's value; true ends the training.
	report func(epoch int, value float64) bool
}

// A trained is what came of it.
type trained struct {
	trial   int
	value   *float64 // on data that was not trained on; nil where there is none
	stopped bool     // before its end
	seconds float64
	why     string       // without a value
	start   *agent.Event // how one with a parent started
	curve   []point
}

// A point is the accuracy on data held out after an epoch.
type point struct {
	Seconds  float64 `json:"seconds"` // since the script started
	Accuracy float64 `json:"accuracy"`
}

// newTrainer inspects the script in top and starts the agent.
func newTrainer(ctx context.Context, top string, python string, seed int64) (*trainer, error) {
	t := &trainer{dir: filepath.Join(top, "run"), settings: config.Defaults(), seed: seed, attempts: map[int]int{}}
	repo := filepath.Join(top, "repo")
	var err error
	t.program, err = inspect.Inspect(inspect.Source{FS: os.DirFS(repo),
		Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
	if err != nil {
		return nil, err
	}
	if t.program.Problem != nil {
		return nil, errors.New(*t.program.Problem)
	}
	env, err := image.Choose(t.program, repo, t.settings)
	if err != nil {
		return nil, err
	}
	local := &engine.Local{Cache: filepath.Join(top, "cache"), Pythons: []string{python}}
	img, err := local.Prepare(ctx, env, func(string) {})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(t.dir, "trials"), 0o755); err != nil {
		return nil, err
	}
	t.session, err = local.Open(ctx, engine.Job{RunID: "bench-" + filepath.Base(top), Repo: repo, Dir: t.dir, Image: img,
		Preload: t.program.Preload, Env: map[string]string{"HOME": top}, Network: "none"})
	return t, err
}

// close ends the agent.
func (t *trainer) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return t.session.Close(ctx)
}

// train brings a training to its end. Several may run side by side.
func (t *trainer) train(ctx context.Context, a ask) (trained, error) {
	trial, attempt := t.number(a.trial)
	out := trained{trial: trial}
	tree := store.TreeDir(t.dir, trial, attempt)
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return out, err
	}
	for name, text := range a.files {
		if err := os.WriteFile(filepath.Join(tree, name), text, 0o644); err != nil {
			return out, err
		}
	}
	resume := ""
	if a.trial >= 0 {
		found, err := agent.Newest(t.checkpoints(trial), func(string) {})
		if err != nil {
			return out, err
		}
		if found != nil {
			resume = found.Name
		}
	}
	share := 0.0 // the agent's own
	if a.until > 0 {
		share = 1 // a checkpoint after every epoch
	}
	err := t.session.Start(ctx, agent.Request{V: agent.Version, Op: agent.OpRun, Trial: trial, Attempt: attempt, Script: t.program.Entry, Cwd: ".",
		Seed: t.seed + a.seed, Threads: 1, LogLimit: 1 << 20, Grace: 5, Resume: resume, Share: share, Leave: a.leave, Warm: a.warm})
	if err != nil {
		return out, err
	}
	events, err := t.follow(ctx, &out, attempt, a)
	if err != nil {
		return out, err
	}
	err = t.judge(&out, attempt, events)
	return out, err
}

// number gives a training its trial and attempt.
func (t *trainer) number(trial int) (int, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if trial < 0 {
		trial = t.trials
		t.trials++
	}
	t.attempts[trial]++
	return trial, t.attempts[trial]
}

func (t *trainer) checkpoints(trial int) string {
	return filepath.Join(t.dir, "trials", agent.CheckpointDir(trial))
}

// follow reads the events of an attempt to its exit, and stops it where asked.
func (t *trainer) follow(ctx context.Context, out *trained, attempt int, a ask) (all []agent.Event, err error) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	var offset int64
	seen := 0
	for {
		events, next, err := t.session.Events(out.trial, attempt, offset)
		if err != nil {
			return all, err
		}
		offset = next
		all = append(all, events...)
		for _, e := range events {
			if e.Type == agent.EventExit {
				return all, nil
			}
			if e.Type != agent.EventCurve {
				continue
			}
			seen = e.Epoch
			if v, ok := score(e.Values); ok && !out.stopped && a.report != nil {
				out.stopped = a.report(e.Epoch, v)
			}
		}
		if over := a.until > 0 && seen >= a.until && t.saved(out.trial) >= a.until; over || out.stopped {
			out.stopped = true
			if err := t.session.Stop(ctx, out.trial, attempt); err != nil {
				return all, err
			}
		}
		if exit, err := t.session.Exited(ctx); err != nil || exit != nil {
			return all, errors.Join(err, errors.New("the agent has ended"))
		}
		select {
		case <-ctx.Done():
			return all, ctx.Err()
		case <-tick.C:
		}
	}
}

// score is what an epoch's values say about the accuracy on data held out.
func score(values map[string]float64) (float64, bool) {
	v, ok := values["val_accuracy"]
	return v, ok
}

// saved is the epoch of a trial's newest checkpoint, 0 without one.
func (t *trainer) saved(trial int) int {
	names, err := agent.Checkpoints(t.checkpoints(trial))
	if err != nil || len(names) == 0 {
		return 0
	}
	epoch, _, _ := strings.Cut(names[0], "-")
	n, _ := strconv.Atoi(epoch) // a checkpoint's name begins with it
	return n
}

// judge reads the accuracy of an attempt as a run of mlhook does. One that was
// stopped has that of its last epoch.
func (t *trainer) judge(out *trained, attempt int, events []agent.Event) error {
	log, err := engine.OpenLog(t.dir, out.trial, attempt)
	if err != nil {
		return err
	}
	defer log.Close()
	printed, err := io.ReadAll(log)
	if err != nil {
		return err
	}
	began := 0.0
	for _, e := range events {
		switch e.Type {
		case agent.EventBegin:
			began = e.Time
		case agent.EventWarm:
			out.start = &e
		case agent.EventCurve:
			if v, ok := score(e.Values); ok {
				out.curve = append(out.curve, point{e.Time - began, v})
			}
		case agent.EventError:
			out.why = fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Error, e.Text)
		case agent.EventExit:
			out.seconds = e.Seconds
		}
	}
	if n := len(out.curve); n > 0 && out.stopped {
		out.value = &out.curve[n-1].Accuracy
	}
	if m := loop.Measured(events, string(printed)); m != nil && !out.stopped && m.Split != run.Train {
		out.value = &m.Value
	}
	if out.value == nil && out.why == "" {
		out.why = "no accuracy was seen"
	}
	return nil
}
