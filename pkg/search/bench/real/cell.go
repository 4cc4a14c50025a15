package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A cell is one race: a method on a task, in a space, with a seed.
type cell struct {
	task   task
	space  string // same: all that mlhook finds; expert: what somebody who knows the defect would tune
	method string
	seed   int
}

// methods are the peers, in the order of the table, mlhook's own controls among
// them: one whose processes are killed with -9 at random times, and one whose
// recipes are worthless. Those that it has are of no task here, but of books.
var methods = []string{"mlhook", "killed", "worthless", "random", "tpe", "tpe-median", "tpe-recipes", "hyperband", "asha", "flaml", "genre"}

// titles are what the table calls them.
var titles = map[string]string{"mlhook": "mlhook", "killed": "mlhook, killed again and again", "worthless": "mlhook, worthless recipes", "random": "random search", "tpe": "Optuna TPE", "tpe-median": "Optuna TPE + median pruner",
	"tpe-recipes": "Optuna TPE + our recipes", "hyperband": "Keras Tuner Hyperband", "asha": "Ray Tune ASHA", "flaml": "FLAML", "genre": "the genre's rule"}

// ours tells whether a method is mlhook itself.
func ours(method string) bool {
	return method == "mlhook" || method == "killed" || method == "worthless"
}

// cells lists the races, task by task, so that an interrupted benchmark has
// whole tasks.
func (o options) cells(tasks []task) (all []cell) {
	for seed := 1; seed <= o.seeds; seed++ {
		for _, t := range tasks {
			for _, space := range []string{"same", "expert"} {
				for _, m := range methods {
					foreign := m == "hyperband" && t.Framework != "keras"
					// mlhook has one space, its own; recipes and the genre go by roles.
					own := space == "expert" && (ours(m) || m == "tpe-recipes" || m == "genre")
					if foreign || own || !matches(m, o.methods) || !matches(space, o.spaces) {
						continue
					}
					all = append(all, cell{t, space, m, seed})
				}
			}
		}
	}
	return all
}

// place makes a repository with the task's script in a new directory. The commit,
// from which mlhook draws its seed, depends on the cell's seed and nothing else.
func (c cell) place(ctx context.Context) (top string, err error) {
	if top, err = os.MkdirTemp("", "bench-"); err != nil {
		return "", err
	}
	repo := filepath.Join(top, "repo")
	if err := os.Mkdir(repo, 0o755); err != nil {
		return top, err
	}
	if err := os.WriteFile(filepath.Join(repo, "train.py"), []byte(c.task.script), 0o644); err != nil {
		return top, err
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-q", "-m", fmt.Sprint("seed ", c.seed)}} {
		if _, err := c.command(ctx, top, "git", args...); err != nil {
			return top, err
		}
	}
	return top, nil
}

// command runs a program in the cell's repository, with its own home.
func (c cell) command(ctx context.Context, top, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(top, "repo")
	cmd.Env = append(os.Environ(), "HOME="+top, "XDG_STATE_HOME="+filepath.Join(top, "state"), "GIT_CONFIG_NOSYSTEM=1", "MLHOOK=0",
		"GIT_AUTHOR_NAME=Bench", "GIT_AUTHOR_EMAIL=bench@localhost", "GIT_COMMITTER_NAME=Bench", "GIT_COMMITTER_EMAIL=bench@localhost",
		"GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, tail(string(out)))
	}
	return string(out), nil
}

// run races the cell in a place of its own, which is removed.
func (c cell) run(ctx context.Context, o options) (out row, err error) {
	top, err := c.place(ctx)
	defer remove(top)
	if err != nil {
		return out, err
	}
	if ours(c.method) {
		return c.product(ctx, o, top)
	}
	return c.peer(ctx, o, top)
}

// peer lets a peer find the target and returns what it took.
func (c cell) peer(ctx context.Context, o options, top string) (row, error) {
	began := time.Now()
	ctx, stop := context.WithTimeout(ctx, o.budget())
	defer stop()
	r := &race{target: c.task.Target, set: map[string]string{}, faults: map[string]int{}, hit: make(chan struct{})}
	r.ready = sync.OnceValue(func() error { return c.equip(ctx, o, top, r) })
	err := r.run(ctx, top, o.peers)
	late := ctx.Err() != nil
	if r.ready() == nil {
		err = errors.Join(err, r.trainer.close())
	}
	out := c.row()
	out.Trials, out.Warm, out.Best, out.Faults = r.trained, r.warm, r.best, r.faults
	out.Lines = r.domain.lines(c.task.script, r.set)
	select {
	case <-r.hit:
		out.Reached, out.Seconds = true, r.hitAt.Sub(began).Seconds()
		return out, nil
	default:
	}
	out.Seconds = o.seconds // also of one that gives up early
	if errors.Is(err, errInapplicable) {
		out.Skipped = errInapplicable.Error()
		return out, nil
	}
	if late {
		return out, nil
	}
	return out, err
}

// remove removes a cell's place, patiently: what a peer started may write there
// for a moment still.
func remove(top string) {
	var err error
	for range 50 {
		if err = os.RemoveAll(top); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Fprintln(os.Stderr, err)
}

// equip starts the agent for a race and says what its space is.
func (c cell) equip(ctx context.Context, o options, top string, r *race) error {
	repo := filepath.Join(top, "repo")
	t, err := newTrainer(ctx, top, o.python, int64(c.seed))
	if err != nil {
		return err
	}
	r.trainer, r.domain = t, t.same(repo, []byte(c.task.script))
	if c.space == "expert" {
		r.domain = domain{c.task.experts(), c.task.put}
	}
	r.hello = hello{Method: c.method, Seed: int64(c.seed), Seconds: o.seconds, Axes: r.domain.axes, Epochs: t.epochs()}
	if c.method == "tpe-recipes" {
		r.hello.First = t.recipes(c.task.Target, int64(c.seed))
	}
	return nil
}

// epochs is the user's own number, or that of the steps of a loop; 0 where there is none.
func (t *trainer) epochs() int {
	for _, u := range t.program.Tunables {
		if n, err := strconv.Atoi(u.Value); err == nil && (u.Role == "epochs" || u.Role == "steps") {
			return n
		}
	}
	return 0
}
