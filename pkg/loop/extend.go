package loop

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
)

// A training that differs from an earlier one in nothing but its length begins
// as that one did. So it goes on from where the other ended, which gives what
// training from the start would, without its time.

// extend gives a trial the last checkpoint of the longest training that it
// continues, if there is one.
func (l *Loop) extend(ctx context.Context, t *run.Trial) (*agent.Checkpoint, error) {
	if l.program.Family != "keras" && l.program.Family != "boosting" || t.Start != run.Cold {
		return nil, nil // a loop's own variables may depend on how long it is
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return nil, err
	}
	var longest *run.Trial
	for i := range trials {
		if s := &trials[i]; l.begins(*s, *t) && (longest == nil || run.Epochs(s.Curve) > run.Epochs(longest.Curve)) {
			longest = s
		}
	}
	if longest == nil {
		return nil, nil
	}
	found, err := agent.Newest(l.checkpoints(longest.N), func(text string) { l.say("train", "trial %d: %s", longest.N, text) })
	if err != nil || found == nil {
		return nil, err
	}
	taken, err := agent.Inherit(filepath.Join(l.Dir, "trials"), longest.N, t.N, *found)
	if err != nil {
		return nil, err
	}
	t.Curve = slices.DeleteFunc(slices.Clone(longest.Curve), func(p run.Point) bool { return p.Epoch > taken.Epoch })
	l.say("train", "trial %d: begins as trial %d, which is not trained again", t.N, longest.N)
	return &taken, nil
}

// begins tells whether trial t is s and more: all values but one length are the
// same, and s came to its own end.
func (l *Loop) begins(s, t run.Trial) bool {
	if s.N == t.N || s.State != run.Done || s.Error != "" || s.Seed != t.Seed || s.Fits != 1 || lineage(s) {
		return false
	}
	longer := 0
	for _, p := range l.program.Tunables {
		before, now := p.Value, p.Value
		if v, ok := s.Values[p.ID]; ok {
			before = v
		}
		if v, ok := t.Values[p.ID]; ok {
			now = v
		}
		if before == now {
			continue
		}
		from, err := strconv.Atoi(before)
		to, err2 := strconv.Atoi(now)
		if !p.Length || err != nil || err2 != nil || to <= from || from != run.Epochs(s.Curve) {
			return false
		}
		longer++
	}
	return longer == 1
}
