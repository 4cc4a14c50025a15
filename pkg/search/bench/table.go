package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/mlhook/mlhook/pkg/search/bench/ert"
)

// results are the costs of one method, by setup and target.
type results struct {
	name  string
	costs [][]cost
}

// races are a method's for one target, counted in a price.
func (r results) races(setups []setup, target int, price func(cost) float64) (all []ert.Race) {
	for i, s := range setups {
		c := r.costs[i][target]
		all = append(all, ert.Race{Task: s.Task, Cost: price(c), Reached: c.Reached})
	}
	return all
}

// prices are the ways to count.
var prices = []struct {
	name string
	of   func(cost) float64
}{
	{"simulated time", func(c cost) float64 { return c.Full }},
	{"epochs", func(c cost) float64 { return c.Epochs }},
}

// table prints all methods against the last, the peer.
func table(w io.Writer, setups []setup, methods []results) {
	base := methods[len(methods)-1]
	for _, price := range prices {
		fmt.Fprintf(w, "\nERT in full trainings, counted in %s; in brackets races that reached the target; x: times cheaper than %s [95 %%]\n", price.name, base.name)
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprint(out, "method")
		for _, q := range quantiles {
			fmt.Fprintf(out, "\tq%.2f", q)
		}
		fmt.Fprintln(out, "\tall targets")
		for _, m := range methods {
			fmt.Fprint(out, m.name)
			var all, bases [][]ert.Race
			for t := range quantiles {
				hits := 0
				for _, c := range m.costs {
					if c[t].Reached {
						hits++
					}
				}
				races, others := m.races(setups, t, price.of), base.races(setups, t, price.of)
				all, bases = append(all, races), append(bases, others)
				fmt.Fprintf(out, "\t%.2f (%.0f %%)%s", ert.Mean(races), 100*float64(hits)/float64(len(setups)),
					against(m, base, all[t:], bases[t:]))
			}
			fmt.Fprintf(out, "\t%s\n", strings.TrimSpace(against(m, base, all, bases)))
		}
		out.Flush()
	}
}

func against(m, base results, races, others [][]ert.Race) string {
	if m.name == base.name {
		return ""
	}
	mid, low, high := ert.Ratio(races, others)
	return fmt.Sprintf(" x%.2f [%.2f, %.2f]", mid, low, high)
}
