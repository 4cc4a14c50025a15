package loop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/image"
	"github.com/mlhook/mlhook/pkg/metric"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/space"
	"github.com/mlhook/mlhook/pkg/tweak"
)

// prepare makes the environment of the program.
func (l *Loop) prepare(ctx context.Context, r run.Run) error {
	env, err := image.Choose(l.program, l.commitDir(), l.Settings)
	if err != nil {
		return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: err.Error()}
	}
	l.image, err = l.Engine.Prepare(ctx, env, func(line string) { l.say("image", "%s", line) })
	var build *engine.BuildError
	if errors.As(err, &build) {
		return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: unbuilt(build, l.program.RequirementsFrom, env)}
	}
	if err != nil {
		return err
	}
	_, err = l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Image = &run.Image{Family: l.image.Family, ID: l.image.ID} })
	l.say("image", "%s with %s", l.image.Ref, l.Engine.Name())
	return err
}

// unbuilt says why there is no environment: first what pip could not install and
// where to mend it.
func unbuilt(e *engine.BuildError, from string, env engine.Environment) string {
	told := e.Requirement()
	switch {
	case told == "":
		return e.Error()
	case env.ContextDir != "" && strings.HasPrefix(e.Step, "RUN "):
		from = "the Dockerfile, or in what it installs from"
	case from == "imports":
		from = "a requirements.txt, since the imports alone do not tell"
	}
	return fmt.Sprintf("%s; mend it in %s\n%v", told, from, e)
}

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

// problem puts what inspect found into the words of the search.
func (l *Loop) problem(r run.Run, trials []run.Trial) search.Problem {
	p := search.Problem{
		Family: l.program.Family, Model: l.program.Model, Seed: seed(r), Version: search.Version,
		Goal:      l.goal(),
		Budget:    search.Budget{Trials: l.Settings.Trials, Seconds: l.Settings.Minutes*60 + l.gained(trials), Patience: l.Settings.Patience},
		Resumable: l.resumable(trials), Warm: l.grows(), Tallies: moves(r.Tallies),
	}
	for _, t := range l.tunables() {
		kind := search.Number
		if len(t.Choices) > 0 {
			kind = search.Choice
		}
		p.Params = append(p.Params, search.Param{
			ID: t.ID, Role: t.Role, Model: t.Owner, Kind: kind, Log: t.Scale == "log", Int: t.Int,
			Low: t.Low, High: t.High, Choices: t.Choices, Value: t.Value, Insert: t.Kind == "inserted",
		})
	}
	return p
}

// goal puts the settings into the words of the search.
func (l *Loop) goal() search.Goal {
	s := l.Settings
	return search.Goal{Target: s.Target, Metric: s.Metric, Best: s.Mode == "best",
		Minimise: s.Goal == "minimise" || s.Goal != "maximise" && metric.Minimised(s.Metric)}
}

// tunables are those whose kind the user allows.
func (l *Loop) tunables() []space.Tunable {
	return slices.DeleteFunc(slices.Clone(l.program.Tunables), func(t space.Tunable) bool { return !l.Settings.Allows(t.Kind) })
}

// history puts the journal's trials into the words of the search.
func history(trials []run.Trial) []search.Trial {
	var h []search.Trial
	for _, t := range trials {
		s := search.Trial{N: t.N, Values: t.Values, State: search.Done, Score: t.Value, Seconds: t.Seconds,
			Error: t.Error, Seed: t.Seed, Move: search.Move(t.Move), Lineage: lineage(t), Warm: warm(t),
			Partly: len(t.Attempts) > 0 && t.Attempts[0].FromEpoch > 0, Broken: flaw(trials, t) != ""}
		switch {
		case t.State == run.Paused:
			s.State = search.Paused
		case t.State != run.Done:
			s.State = search.Running
		case t.Cut:
			s.State = search.Cut
		case t.Value == nil:
			s.State = search.Failed
		}
		if t.Validation != nil && t.Value != nil {
			s.Score, s.Judge = &t.Validation.Value, t.Value
		}
		if t.Metric != nil {
			s.Samples = t.Metric.Samples
			s.Chance = t.Metric.Majority
		}
		for _, p := range t.Curve {
			s.Curve = append(s.Curve, search.Point{Epoch: p.Epoch, Values: p.Values})
		}
		h = append(h, s)
	}
	return h
}

// seed is the run's entropy for what the script leaves unseeded: the same in
// every trial and attempt, drawn from the commit so that it can be replayed.
func seed(r run.Run) int64 {
	var n int64
	for _, c := range r.Commit[:7] {
		n = n*16 + int64(strings.IndexRune("0123456789abcdef", c))
	}
	return n + int64(r.Number)
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

// logText returns the last part of an attempt's output.
func (l *Loop) logText(trial, attempt int) string {
	f, err := engine.OpenLog(l.Dir, trial, attempt)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 4 << 20
	if size, err := f.Seek(0, io.SeekEnd); err == nil && size > most {
		f.Seek(-most, io.SeekEnd)
	} else {
		f.Seek(0, io.SeekStart)
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return ""
	}
	return string(text)
}

// dropTree frees the disk of an attempt that is over.
func (l *Loop) dropTree(trial, attempt int) {
	if err := l.remove(trial, attempt, "tree"); err != nil {
		l.say("train", "%v", err)
	}
}

// remove removes what an attempt left, or a part of it. Trials write there, and
// a link of theirs that leads elsewhere is an error.
func (l *Loop) remove(trial, attempt int, part string) error {
	root, err := os.OpenRoot(filepath.Join(l.Dir, "trials"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.RemoveAll(path.Join(fmt.Sprint(trial), fmt.Sprint(attempt), part)); err != nil {
		return fmt.Errorf("remove what trial %d left: %w", trial, err)
	}
	return nil
}
