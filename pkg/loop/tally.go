package loop

import (
	"context"

	"github.com/mlhook/mlhook/pkg/run"
)

// tally counts, once for a run, what the moves did in earlier ones of this
// repository.
func (l *Loop) tally(ctx context.Context, r *run.Run) error {
	if r.Tallies != nil {
		return nil
	}
	tallies := map[string]run.Tally{}
	for number := max(1, r.Number-remembered); number < r.Number; number++ {
		earlier, err := l.Journal.Run(ctx, number)
		if err != nil {
			return err
		}
		trials, err := l.Journal.Trials(ctx, number)
		if err != nil {
			return err
		}
		if earlier.State != run.Done || len(trials) == 0 || trials[0].Seconds <= 0 {
			continue
		}
		for _, t := range trials {
			if t.Move == "" || t.N > 0 && t.Seed != trials[0].Seed {
				continue // the user's own, or a confirmation
			}
			n := tallies[t.Move]
			n.Tries++
			n.Cost += t.Seconds / trials[0].Seconds
			if earlier.Verdict == run.Reached && earlier.Best != nil && *earlier.Best == t.N {
				n.Hits++
			}
			tallies[t.Move] = n
		}
	}
	_, err := l.Journal.Change(ctx, l.Number, func(j *run.Run) { j.Tallies = tallies })
	r.Tallies = tallies
	return err
}

// remembered is how many earlier runs are counted.
const remembered = 200
