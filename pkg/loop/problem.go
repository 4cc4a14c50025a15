package loop

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/metric"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
	"github.com/mlhook/mlhook/pkg/space"
)

// problem puts what inspect found into the words of the search.
func (l *Loop) problem(r run.Run, trials []run.Trial) search.Problem {
	p := search.Problem{
		Family: l.program.Family, Model: l.program.Model, Seed: seed(r), Version: search.Version,
		Goal:      l.goal(),
		Budget:    search.Budget{Trials: l.Settings.Trials, Seconds: l.Settings.Minutes*60 + l.gained(trials), Patience: l.Settings.Patience},
		Resumable: l.resumable(trials), Warm: l.grows(), Tallies: moves(r.Tallies),
	}
	all := l.tunables()
	tunables := working(all, trials)
	if len(tunables) < len(all) {
		p.Model = cmp.Or(modelOf(tunables), p.Model)
	}
	for _, t := range tunables {
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
			Move: search.Move(t.Move), Lineage: lineage(t), Warm: warm(t),
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

// resumable tells whether trainings of the program can be cut: it has one
// training with a curve, and its trials go on from checkpoints.
func (l *Loop) resumable(trials []run.Trial) bool {
	return l.program.Resume != "trial" && len(trials) > 0 && trials[0].Fits == 1
}

// grows tells whether a trial of the program can start from the model of
// another, and so whether each leaves what others need for that.
func (l *Loop) grows() bool { return l.program.Family == "keras" || l.program.Family == "torch" }

// warm tells whether a trial started from the model of another.
func warm(t run.Trial) bool { return t.Start == run.Warm || t.Start == run.Grown }

// lineage tells whether a trial's model is not what its source gives when
// trained cold.
func lineage(t run.Trial) bool {
	return warm(t) ||
		slices.ContainsFunc(t.Attempts, func(a run.Attempt) bool { return a.Resume == "approximate" })
}

// moves puts a run's tallies into the words of the search.
func moves(tallies map[string]run.Tally) map[search.Move]search.Tally {
	all := map[search.Move]search.Tally{}
	for move, t := range tallies {
		all[search.Move(move)] = search.Tally(t)
	}
	return all
}
