package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/run"
)

// printWhy shows every decision of the search, and what its moves did in the
// earlier runs that it knew of.
func printWhy(w io.Writer, d run.Detail) error {
	fmt.Fprintf(w, "run %d  commit %.10s %s\n%s\n", d.Number, d.Commit, d.Branch, sentence(d.Run))
	for _, t := range d.Trials {
		from := ""
		if t.Parent != nil {
			from = fmt.Sprintf(", from trial %d", *t.Parent)
		}
		head := orWord(t.Move, "own") + from + ": "
		if t.Move != "" && strings.HasPrefix(t.Why, t.Move) {
			head = "" // a recipe's reason is its name
		}
		fmt.Fprintf(w, "trial %-3d %s%s\n", t.N, head, orWord(t.Why, "the code as committed"))
		for _, why := range t.Decisions {
			fmt.Fprintf(w, "          %s\n", why)
		}
		if t.State == run.Paused {
			fmt.Fprintf(w, "          frozen at %d epochs\n", lastEpoch(t))
		}
	}
	if len(d.Tallies) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nmoves in earlier runs here; recipes with more hits for their cost are tried first")
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "move\ttries\thits\tcost in trainings of your code")
	names := slices.SortedFunc(maps.Keys(d.Tallies), func(a, b string) int {
		return cmp.Or(cmp.Compare(d.Tallies[b].Hits, d.Tallies[a].Hits), cmp.Compare(a, b))
	})
	for _, name := range names {
		t := d.Tallies[name]
		fmt.Fprintf(out, "%s\t%d\t%d\t%.1f\n", name, t.Tries, t.Hits, t.Cost)
	}
	return out.Flush()
}

func lastEpoch(t run.Trial) int {
	if len(t.Curve) == 0 {
		return 0
	}
	return t.Curve[len(t.Curve)-1].Epoch
}
