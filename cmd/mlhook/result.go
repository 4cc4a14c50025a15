package main

import (
	"github.com/urfave/cli/v2"

	"github.com/mlhook/mlhook/pkg/run"
)

// openResult opens the run whose result counts: a linked run's is the earlier one's.
func openResult(c *cli.Context) (*project, run.Detail, error) {
	p, number, err := openRun(c)
	if err != nil {
		return nil, run.Detail{}, err
	}
	d, err := p.journal.Detail(c.Context, number)
	if err == nil && d.Linked != nil {
		d, err = p.journal.Detail(c.Context, *d.Linked)
	}
	if err != nil {
		p.close()
		return nil, d, err
	}
	return p, d, nil
}

// openTweak is openResult for commands that need a tweak.
func openTweak(c *cli.Context) (*project, run.Detail, error) {
	p, d, err := openResult(c)
	if err != nil {
		return nil, d, err
	}
	if d.Result == "" {
		p.close()
		if d.State != run.Done {
			return nil, d, nothing("run %d is not done; `mlhook watch %d` shows it", d.Number, d.Number)
		}
		if d.Best != nil && *d.Best == 0 {
			return nil, d, nothing("run %d has no tweak: your own code was the best (%s)", d.Number, d.Reason)
		}
		return nil, d, nothing("run %d has no tweak; it ended as %s", d.Number, firstLine(sentence(d.Run)))
	}
	return p, d, nil
}
