package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// product lets mlhook itself find the target, its supervisor and all, and returns
// what it took until its journal said so.
func (c cell) product(ctx context.Context, o options, top string) (row, error) {
	out := c.row()
	if c.method == "worthless" {
		o.binary = o.control
	}
	if err := c.configure(ctx, o, top, unbounded); err != nil {
		return out, err
	}
	began := time.Now()
	ctx, stop := context.WithTimeout(ctx, 2*o.budget())
	defer stop()
	defer c.conclude(top, o)
	journal, err := c.start(ctx, o, top)
	if err != nil {
		return out, err
	}
	defer journal.Close()
	killing, spare := context.WithCancel(ctx)
	kills := make(chan int, 1)
	go func() {
		n := 0
		if c.method == "killed" {
			n = kill(killing, top, c.seed)
		}
		kills <- n
	}()
	err = c.watch(ctx, o, journal, began, &out)
	spare()
	out.Kills = <-kills
	if !out.Reached {
		out.Seconds = o.seconds
	}
	return out, err
}

// unbounded are trials that time alone bounds.
const unbounded = 100000

// cores are those of the machine that figures are from; a peer that trains
// several at once has them too.
const cores = 2

// configure sets mlhook up for a run that ends with its target, its trials or
// its time, whatever comes first.
func (c cell) configure(ctx context.Context, o options, top string, trials int) error {
	for _, setting := range [][2]string{{"engine", "local"}, {"python", o.python}, {"push", "never"}, {"target", fmt.Sprint(c.task.Target)},
		{"trials", fmt.Sprint(trials)}, {"parallel", fmt.Sprint(cores)}, {"patience", fmt.Sprint(trials)}, {"minutes", fmt.Sprint(o.seconds / 60)}} {
		if _, err := c.command(ctx, top, "git", "config", "mlhook."+setting[0], setting[1]); err != nil {
			return err
		}
	}
	return nil
}

// start starts a run and opens the journal that it writes.
func (c cell) start(ctx context.Context, o options, top string) (*store.Journal, error) {
	if _, err := c.command(ctx, top, o.binary, "run"); err != nil {
		return nil, err
	}
	return store.Open(ctx, filepath.Join(top, "repo", ".git", "mlhook"))
}

// verdict lets mlhook run to its end, in twice its time at most.
func (c cell) verdict(ctx context.Context, o options, top string, trials int) (last run.Detail, err error) {
	if err := c.configure(ctx, o, top, trials); err != nil {
		return last, err
	}
	ctx, stop := context.WithTimeout(ctx, 2*o.budget())
	defer stop()
	defer c.conclude(top, o)
	journal, err := c.start(ctx, o, top)
	if err != nil {
		return last, err
	}
	defer journal.Close()
	err = poll(ctx, journal, func(d run.Detail) (bool, error) {
		last = d
		return d.State == run.Done, broken(d)
	})
	if err == nil && last.State != run.Done {
		err = fmt.Errorf("mlhook has no verdict after %.0f s", 2*o.seconds)
	}
	return last, err
}

// broken is the error of a run that could not do its work.
func broken(d run.Detail) error {
	if d.State == run.Done && (d.Verdict == run.Failed || d.Verdict == run.Refused) {
		return fmt.Errorf("mlhook: %s: %s", d.Verdict, d.Reason)
	}
	return nil
}

// poll looks at the repository's first run again and again, until done says so
// or the context ends.
func poll(ctx context.Context, journal *store.Journal, done func(run.Detail) (bool, error)) error {
	const first = 1
	for {
		d, err := journal.Detail(ctx, first)
		if err != nil {
			return err
		}
		if over, err := done(d); over || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// watch reads the journal until the run has its verdict, or nothing has hit in
// time. What hit and could not be confirmed in time has no verdict.
func (c cell) watch(ctx context.Context, o options, journal *store.Journal, began time.Time, out *row) error {
	return poll(ctx, journal, func(d run.Detail) (bool, error) {
		spent := time.Since(began).Seconds()
		if !out.Reached && spent <= o.seconds && c.hit(d.Trials, out) {
			out.Reached, out.Seconds, out.Trials = true, spent, done(d.Trials)
		}
		if d.State == run.Done {
			out.Verdict, out.Confirmed = string(d.Verdict), spent
		}
		over := d.State == run.Done || spent > o.seconds && !out.Reached
		if over && !out.Reached {
			out.Trials = done(d.Trials)
		}
		return over, broken(d)
	})
}

// hit tells whether a trial reached the target, and notes the best.
func (c cell) hit(trials []run.Trial, out *row) (reached bool) {
	for _, t := range trials {
		if t.Value != nil {
			out.Best = max(out.Best, *t.Value)
			reached = reached || *t.Value >= c.task.Target
		}
	}
	return reached
}

// done counts the trials that are over.
func done(trials []run.Trial) (n int) {
	for _, t := range trials {
		if t.State == run.Done {
			n++
		}
	}
	return n
}

// conclude stops the run where it goes on, and the supervisor that it started.
func (c cell) conclude(top string, o options) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c.command(ctx, top, o.binary, "stop") // an error says that there is nothing to stop
	c.command(ctx, top, o.binary, "watch")
	state := store.State(filepath.Join(top, "state", "mlhook"))
	text, err := os.ReadFile(filepath.Join(string(state), "supervisor.alive"))
	if err != nil {
		return
	}
	first, _, _ := strings.Cut(string(text), " ")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil {
		end(pid)
	}
	for supervise.Held(supervise.Lock(state)) && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
}
