package loop

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/mlhook/mlhook/pkg/run"
)

// A crew trains trials side by side.
type crew struct {
	ctx    context.Context
	cancel context.CancelFunc
	at     map[int]bool // numbers of the trials that are being trained
	over   chan finished
}

// finished tells that a trial needs the crew no more.
type finished struct {
	trial int
	err   error
}

func newCrew(ctx context.Context) *crew {
	c := &crew{at: map[int]bool{}, over: make(chan finished)}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

// start begins the work on a trial, unless that is under way.
func (c *crew) start(trial int, work func(context.Context) error) {
	if c.at[trial] {
		return
	}
	c.at[trial] = true
	go func() { c.over <- finished{trial, work(c.ctx)} }()
}

// wait returns when the work on one trial is over, with its error.
func (c *crew) wait() error {
	f := <-c.over
	delete(c.at, f.trial)
	return f.err
}

// dismiss ends all work. What comes of it is of no interest any more.
func (c *crew) dismiss() {
	c.cancel()
	for len(c.at) > 0 {
		c.wait()
	}
}

// most is how many trials train at once where the setting leaves that open:
// more than that know too little of each other.
const most = 4

// places is how many trials may train at once: as the setting says, else as many
// as the machine bears by the threads and the memory of the user's own code, which
// then trains alone.
func (l *Loop) places(trials []run.Trial) int {
	switch {
	case slices.ContainsFunc(trials, crowded):
		return 1
	case l.Settings.Parallel > 0:
		return l.Settings.Parallel
	case len(trials) == 0 || trials[0].Value == nil:
		return 1
	}
	own := trials[0]
	threads := 1.0
	if own.Seconds > 0 {
		threads = max(1, math.Round(own.CPU/own.Seconds))
	}
	n := int(min(most, l.CPUs/threads))
	if own.Memory > 0 && l.Memory > 0 {
		n = min(n, int(l.Memory/2/own.Memory)) // the other half is the desktop's
	}
	return max(1, n)
}

// tooMuch tells whether a trial's attempt may have died of what trained beside it.
// It is to be made again alone, once, and from then on all are.
func (l *Loop) tooMuch(ctx context.Context, t run.Trial, gone *lost, out outcome) (bool, error) {
	died := gone != nil && (gone.memory || gone.why == whyProcess) || says(out.failure, memorySigns)
	if !died || crowded(t) {
		return false, nil
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	return slices.ContainsFunc(under(trials), func(other run.Trial) bool { return other.N != t.N }), err
}

// crowded tells whether an attempt of a trial may have died of what trained beside it.
func crowded(t run.Trial) bool {
	return slices.ContainsFunc(t.Attempts, func(a run.Attempt) bool { return a.Why != nil && *a.Why == whyCrowded })
}

// unneeded writes down that trials were still under way when the run was decided.
func (l *Loop) unneeded(ctx context.Context, err error) error {
	var end *ending
	if !errors.As(err, &end) {
		return err
	}
	trials, fault := l.Journal.Trials(ctx, l.Number)
	if fault != nil {
		return fault
	}
	for _, t := range under(trials) {
		t.State, t.Until, t.Cut, t.Error = run.Done, 0, true, "was still training when the run was decided"
		if fault := l.Journal.PutTrial(ctx, l.Number, t); fault != nil {
			return fault
		}
	}
	return err
}
