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
	for _, setting := range [][2]string{{"engine", "local"}, {"python", o.python}, {"push", "never"}, {"target", fmt.Sprint(c.task.Target)},
		{"trials", "100000"}, {"patience", "100000"}, {"minutes", fmt.Sprint(o.seconds / 60)}} {
		if _, err := c.command(ctx, top, "git", "config", "mlhook."+setting[0], setting[1]); err != nil {
			return out, err
		}
	}
	began := time.Now()
	ctx, stop := context.WithTimeout(ctx, 2*o.budget())
	defer stop()
	if _, err := c.command(ctx, top, o.binary, "run"); err != nil {
		return out, err
	}
	defer c.conclude(top, o)
	journal, err := store.Open(ctx, filepath.Join(top, "repo", ".git", "mlhook"))
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

// watch reads the journal until the run has its verdict, or nothing has hit in
// time.
func (c cell) watch(ctx context.Context, o options, journal *store.Journal, began time.Time, out *row) error {
	const first = 1
	for {
		d, err := journal.Detail(ctx, first)
		if err != nil {
			return err
		}
		spent := time.Since(began).Seconds()
		if !out.Reached && spent <= o.seconds && c.hit(d.Trials, out) {
			out.Reached, out.Seconds, out.Trials = true, spent, done(d.Trials)
		}
		if d.State == run.Done {
			out.Verdict, out.Confirmed = string(d.Verdict), spent
			if d.Verdict == run.Failed || d.Verdict == run.Refused {
				return fmt.Errorf("mlhook: %s: %s", d.Verdict, d.Reason)
			}
		}
		if d.State == run.Done || !out.Reached && spent > o.seconds {
			if !out.Reached {
				out.Trials = done(d.Trials)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // it hit, and nothing confirmed that in time
		case <-time.After(20 * time.Millisecond):
		}
	}
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
