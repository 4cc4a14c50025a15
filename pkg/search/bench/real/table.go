package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/search/bench/ert"
)

// printTable prints what the rows say.
func printTable(_ context.Context, o options, tasks []task) error {
	rows, err := readRows[row](o.rows)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, t := range tasks {
		wanted[t.Name] = true
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return !wanted[r.Task] || !matches(r.Method, o.methods) })
	if len(rows) == 0 {
		return errors.New("no rows; `real race` makes them")
	}
	table(os.Stdout, rows)
	return nil
}

// table prints each space and half.
func table(w io.Writer, rows []row) {
	for _, space := range []struct{ name, title string }{{"same", "the same space for all"}, {"expert", "an expert's space for the peers"}} {
		for _, half := range []string{"tuned", "unseen", ""} {
			var part []row
			for _, r := range rows {
				own := r.Method == "mlhook" // whose space is its own in both
				if (half == "" || r.Half == half) && (own || r.Space == space.name) && r.Skipped == "" {
					part = append(part, r)
				}
			}
			if !slices.ContainsFunc(part, func(r row) bool { return r.Space == space.name }) {
				continue
			}
			fmt.Fprintf(w, "\n%s, %s: %d tasks\n", space.title, cmp.Or(half, "both halves"), count(part, func(r row) string { return r.Task }))
			section(w, part)
		}
	}
}

func count(rows []row, of func(row) string) int {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[of(r)] = true
	}
	return len(seen)
}

// section prints a line for each method.
func section(w io.Writer, rows []row) {
	own := of(rows, "mlhook")
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "method\ttasks\traces\treached\tERT s [95 %]\tmedian s\tmedian trials\tlines\tmlhook is cheaper by [95 %]\ton tasks")
	for _, m := range methods {
		mine := of(rows, m)
		if len(mine) == 0 {
			continue
		}
		races := racesOf(mine)
		low, high := ert.Interval(races)
		var seconds, trials, lines []float64
		for _, r := range mine {
			lines = append(lines, float64(r.Lines))
			if r.Reached {
				seconds, trials = append(seconds, r.Seconds), append(trials, float64(r.Trials))
			}
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%.0f %%\t%.1f [%.1f, %.1f]\t%s\t%s\t%s\t%s\n", titles[m], count(mine, func(r row) string { return r.Task }), len(mine),
			100*float64(len(seconds))/float64(len(mine)), ert.Mean(races), low, high, median(seconds, "%.1f"), median(trials, "%.0f"), median(lines, "%.0f"), against(own, mine, m))
	}
	out.Flush()
	if s := confirmations(own); s != "" {
		fmt.Fprintln(w, s)
	}
}

// of are the rows of a method, in the order of tasks and seeds.
func of(rows []row, method string) (mine []row) {
	for _, r := range rows {
		if r.Method == method {
			mine = append(mine, r)
		}
	}
	slices.SortFunc(mine, func(a, b row) int { return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Seed, b.Seed)) })
	return mine
}

func racesOf(rows []row) (races []ert.Race) {
	for _, r := range rows {
		races = append(races, ert.Race{Task: r.Task, Cost: r.Seconds, Reached: r.Reached})
	}
	return races
}

// against compares on the tasks and seeds that both have raced.
func against(own, other []row, method string) string {
	if method == "mlhook" || len(own) == 0 {
		return "\t"
	}
	has := func(rows []row, r row) bool {
		return slices.ContainsFunc(rows, func(o row) bool { return o.Task == r.Task && o.Seed == r.Seed })
	}
	own = slices.DeleteFunc(slices.Clone(own), func(r row) bool { return !has(other, r) })
	other = slices.DeleteFunc(slices.Clone(other), func(r row) bool { return !has(own, r) })
	if len(own) == 0 {
		return "\t"
	}
	mid, low, high := ert.Ratio([][]ert.Race{racesOf(own)}, [][]ert.Race{racesOf(other)})
	return fmt.Sprintf("x%.2f [%.2f, %.2f]\t%d", mid, low, high, count(own, func(r row) string { return r.Task }))
}

func median(all []float64, format string) string {
	if len(all) == 0 {
		return "-"
	}
	slices.Sort(all)
	return fmt.Sprintf(format, (all[(len(all)-1)/2]+all[len(all)/2])/2)
}

// confirmations says what became of mlhook's first hits.
func confirmations(own []row) string {
	hits, kept := 0, 0
	var later []float64
	for _, r := range own {
		if r.Reached {
			hits++
			if r.Verdict == "reached" {
				kept++
				later = append(later, r.Confirmed-r.Seconds)
			}
		}
	}
	if hits == 0 {
		return ""
	}
	return fmt.Sprintf("mlhook: of %d first hits %d ended as reached, confirmed where luck could explain them, %s s later (median)", hits, kept, median(later, "%.1f"))
}
