package loop

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/tweak"
)

// train runs trials until the search stops.
func (l *Loop) train(ctx context.Context, r run.Run) (err error) {
	defer func() { l.closeSession(ctx, err) }()
	if err := l.tally(ctx, &r); err != nil {
		return err
	}
	c := newCrew(ctx)
	defer func() {
		c.dismiss()
		err = l.unneeded(ctx, err)
	}()
	for {
		ready, err := l.step(ctx, r, c)
		if err == nil && !ready {
			err = c.wait()
		}
		if err != nil {
			return err
		}
	}
}

// step lets the crew train what is under way, and journals what comes next. It is
// not ready for another before a trial is over.
func (l *Loop) step(ctx context.Context, r run.Run, c *crew) (ready bool, err error) {
	if len(c.at) == 0 {
		err = l.hold(ctx)
	} else if l.Hold() != "" {
		return false, nil // the wait begins when none trains
	}
	if err != nil {
		return false, err
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return false, err
	}
	for _, t := range under(trials) {
		if len(c.at) < l.places(trials) {
			c.start(t.N, func(ctx context.Context) error { return l.execute(ctx, r, t) })
		}
	}
	t, ready, err := l.next(r, trials)
	if err != nil || !ready {
		return false, err
	}
	if len(t.Attempts) == 0 && len(t.Values) > 0 {
		made, err := l.tweak(ctx, &t)
		if err != nil {
			return false, err
		}
		t.Tweak = made.Changes
	}
	return true, l.Journal.PutTrial(ctx, l.Number, t)
}

// next is the trial that comes after those that are done or under way, a new one
// or one that goes on, or the *ending when none does. It is not ready before one
// of those under way is over.
func (l *Loop) next(r run.Run, trials []run.Trial) (t run.Trial, ready bool, err error) {
	busy := len(under(trials))
	if len(trials) > 0 && trials[0].State == run.Done {
		if trials[0].Value == nil && busy > 0 {
			return t, false, nil // it may show that there is something to tune for
		}
		if t, ok := l.smaller(trials); ok {
			return t, true, nil
		}
		if err := l.judge(trials); err != nil {
			return t, false, err
		}
	}
	problem := l.problem(r, trials)
	problem.Over = l.limited()
	action := search.Next(problem, history(trials))
	switch {
	case action.Kind == search.Stop:
		return t, false, l.verdict(trials, action)
	case busy >= l.places(trials) || action.Kind == search.Wait:
		return t, false, nil
	case action.Kind == search.Continue:
		return goOn(trials[action.Trial], action), true, nil
	}
	start := run.Cold
	if action.Warm {
		start = run.Warm // or grown, as the agent finds
	}
	return run.Trial{N: len(trials), State: run.Training, Start: start, Why: action.Why, Move: string(action.Move), Until: action.Until,
		Values: action.Values, Parent: action.Parent, Seed: seed(r) + action.Seed}, true, nil
}

// tweak edits the committed sources for a trial. Layer names are drawn from the
// journal's counter once, and kept with the trial.
func (l *Loop) tweak(ctx context.Context, t *run.Trial) (tweak.Result, error) {
	used, drawErr := 0, error(nil)
	names := func(base string) string {
		if used == len(t.Names) {
			n, err := l.Journal.Next(ctx, "layer")
			if err != nil {
				drawErr = err
			}
			t.Names = append(t.Names, fmt.Sprintf("mlhook_%s_%d", base, n))
		}
		used++
		return t.Names[used-1]
	}
	made, err := tweak.Make(l.program, os.DirFS(l.commitDir()), t.Values, names)
	if err = errors.Join(err, drawErr); err != nil {
		return made, fmt.Errorf("tweak for trial %d: %w", t.N, err)
	}
	return made, nil
}
