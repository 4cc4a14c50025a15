package loop

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
)

// A trial is paused at a rung by ending its attempt: its checkpoints stay, and a
// later attempt goes on from the newest. The search is asked at the rung itself,
// so that a trial which goes on is never interrupted.

// under returns the trials that are under way.
func under(trials []run.Trial) (all []run.Trial) {
	for _, t := range trials {
		if t.State != run.Done && t.State != run.Paused {
			all = append(all, t)
		}
	}
	return all
}

// goOn begins the next slice of a paused trial.
func goOn(t run.Trial, next search.Action) run.Trial {
	t.State, t.Until = run.Training, next.Until
	t.Decisions = append(t.Decisions, next.Why)
	again(&t, fmt.Sprintf("%s%d epochs", whyPaused, run.Epochs(t.Curve)))
	return t
}

// kept is the part of a curve that an attempt does not train again.
func kept(t run.Trial) []run.Point {
	from := t.Last().FromEpoch
	curve := slices.Clone(t.Curve)
	return slices.DeleteFunc(curve, func(p run.Point) bool { return p.Epoch > from })
}

// cutShare is the part of the time that checkpoints may take in a trial that
// may be paused: what lies behind the last is trained again.
const cutShare = 0.1

// pause ends the attempt of a trial that the search freezes.
func (l *Loop) pause(ctx context.Context, r run.Run, s engine.Session, t *run.Trial, out *outcome) (err error) {
	if out.paused {
		return nil
	}
	if out.paused, err = l.rung(ctx, r, t, out); err != nil || !out.paused {
		return err
	}
	return s.Stop(ctx, t.N, t.Last().N)
}

// wasPaused tells whether an earlier runner ended the attempt of a trial that the
// search had frozen, and was gone before it could write that down.
func wasPaused(s engine.Session, t run.Trial, out outcome) bool {
	return atRung(t, out) && s.Stopped(t.N, t.Last().N)
}

// atRung tells whether a trial has come to where the search is asked.
func atRung(t run.Trial, out outcome) bool {
	return t.Until > 0 && run.Epochs(out.curve) >= t.Until && out.fits <= 1
}

// rung asks the search what becomes of a trial that has come to its rung. The
// answer is journalled before the training may go on; a pause waits for a
// checkpoint.
func (l *Loop) rung(ctx context.Context, r run.Run, t *run.Trial, out *outcome) (pause bool, err error) {
	if !atRung(*t, *out) {
		return false, nil
	}
	if out.frozen {
		return l.saved(*t) >= t.Until || run.Epochs(out.curve) >= 2*t.Until, nil
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return false, err
	}
	at := trials[t.N]
	at.State, at.Curve = run.Paused, out.curve
	trials[t.N] = at
	next := search.Next(l.problem(r, trials), history(trials))
	if next.Kind != search.Continue || next.Trial != t.N {
		l.say("train", "trial %d: frozen at %d epochs; it goes on when it is among the best there", t.N, run.Epochs(out.curve))
		out.frozen = true
		return false, nil
	}
	t.Until = next.Until
	t.Decisions = append(t.Decisions, next.Why)
	return false, l.Journal.PutTrial(ctx, l.Number, *t)
}

// saved is the epoch of a trial's newest checkpoint, 0 without one.
func (l *Loop) saved(t run.Trial) int {
	names, err := agent.Checkpoints(l.checkpoints(t.N))
	if err != nil || len(names) == 0 {
		return 0
	}
	epoch, _, _ := strings.Cut(names[0], "-")
	n, _ := strconv.Atoi(epoch) // a checkpoint's name begins with it
	return n
}

// freeze writes a paused trial down.
func (l *Loop) freeze(ctx context.Context, t run.Trial, out outcome) error {
	t.State, t.Curve = run.Paused, out.curve
	t.Seconds += out.exit.Seconds
	l.dropTree(t.N, t.Last().N)
	return l.Journal.PutTrial(ctx, l.Number, t)
}
