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

// origin says where the values of a trial come from, before its reason.
func origin(t run.Trial) string {
	from := ""
	if t.Parent != nil {
		from = fmt.Sprintf(", from trial %d", *t.Parent)
	}
	if t.Move != "" && strings.HasPrefix(t.Why, t.Move) {
		return "" // a recipe's reason is its name
	}
	return cmp.Or(t.Move, "own") + from + ": "
}

// printDecisions shows how a trial was started and why it went on.
func printDecisions(w io.Writer, t run.Trial) {
	for _, why := range t.Decisions {
		fmt.Fprintf(w, "            %s\n", why)
	}
	if t.State == run.Paused {
		fmt.Fprintf(w, "            frozen at %d epochs\n", run.Epochs(t.Curve))
	}
}

// printTallies shows what the moves of the search did in the earlier runs that it
// knew of.
func printTallies(w io.Writer, d run.Detail) error {
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
