package loop

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A budget counts the time that a run has had. Waiting for Docker, the disk or
// the mains does not count, nor the making of an environment, nor what passed while
// the machine slept or was off: the monotonic clock stands still then, and a dead
// runner counts nothing.
type budget struct {
	mu    sync.Mutex
	most  time.Duration
	used  time.Duration
	since time.Time // zero while paused
}

func (b *budget) pause() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.since.IsZero() {
		b.used += time.Since(b.since)
	}
	b.since = time.Time{}
}

func (b *budget) resume() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		b.since = time.Now()
	}
}

func (b *budget) spent() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return b.used
	}
	return b.used + time.Since(b.since)
}

func (b *budget) over() bool { return b.spent() >= b.most }

// gained is by how many seconds the run's trials took less than their sum, as
// they were trained side by side; negative where more went elsewhere.
func (l *Loop) gained(trials []run.Trial) float64 {
	sum := 0.0
	for _, t := range trials {
		sum += t.Seconds
	}
	return sum - l.budget.spent().Seconds()
}

// countEvery is how much of the counted time a killed runner loses.
const countEvery = 15 * time.Second

// count journals the time that the run has had, and says when the machine
// slept: wall time went on and the monotonic clock did not.
func (l *Loop) count(ctx context.Context) {
	tick := time.NewTicker(countEvery)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if slept := time.Now().Round(0).Sub(last.Round(0)) - time.Since(last); slept > time.Minute {
			l.say("wait", "the machine was suspended for %s, which does not count", slept.Round(time.Second))
		}
		last = time.Now()
		l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Spent = l.budget.spent().Seconds() }) // the next one repeats it
	}
}

// limited says which hard limit of the run is reached; empty when none is.
func (l *Loop) limited() string {
	if l.budget.over() {
		return fmt.Sprintf("the %g minutes of mlhook.minutes are spent", l.Settings.Minutes)
	}
	if taken := float64(diskUse(l.Dir)) / 1e9; taken > l.Settings.Disk {
		return fmt.Sprintf("the run takes %.1f GB, and mlhook.disk is %g", taken, l.Settings.Disk)
	}
	return ""
}

// diskUse is the size of all files below a directory, in bytes.
func diskUse(dir string) (total int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went while we looked
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// holdPoll is how often a wait for the machine is looked at.
const holdPoll = 5 * time.Second

// hold waits while this machine must not train, and says why.
func (l *Loop) hold(ctx context.Context) error {
	why := l.Hold()
	if why == "" {
		return nil
	}
	l.budget.pause()
	defer l.budget.resume()
	for told := ""; why != ""; why = l.Hold() {
		if why != told {
			told = why
			l.say("wait", "%s", why)
			l.tell(ctx, store.Message{Title: filepath.Base(l.Top) + ": waiting", Body: why})
			if _, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.State, r.Reason = run.Waiting, why }); err != nil {
				return err
			}
		}
		if err := sleep(ctx, holdPoll); err != nil {
			return err
		}
	}
	return l.endWait(ctx)
}

// endWait says that the run goes on.
func (l *Loop) endWait(ctx context.Context) error {
	_, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.State, r.Reason = run.Training, "" })
	return err
}

// sleep waits for a time or the context's end, whose cause it returns.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
