package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"
)

// results are the costs of one method, by setup and target.
type results struct {
	name  string
	costs [][]cost
}

// ert is the expected running time by task for one target: what all races cost
// together, for each success. It is infinite where nobody succeeded; one success
// is then assumed, which is kind to the method.
func ert(setups []setup, r results, target int, price func(cost) float64, races []int) map[string]float64 {
	sum, hits := map[string]float64{}, map[string]float64{}
	for _, i := range races {
		c := r.costs[i][target]
		sum[setups[i].Task] += price(c)
		if c.Reached {
			hits[setups[i].Task]++
		}
	}
	for task := range sum {
		sum[task] /= max(1, hits[task])
	}
	return sum
}

// least keeps the logarithm finite: a twentieth of an epoch.
const least = 1e-3

// mean is the geometric mean over tasks.
func mean(byTask map[string]float64) float64 {
	sum := 0.0
	for _, v := range byTask {
		sum += math.Log(max(v, least))
	}
	return math.Exp(sum / float64(len(byTask)))
}

// ratio is how many times cheaper a is than b, with the interval in which 95 %
// of its bootstrap replicates lie: tasks are drawn again, and races within them.
// A target of -1 is the geometric mean of all.
func ratio(setups []setup, a, b results, target int, price func(cost) float64) (mid, low, high float64) {
	of := func(tasks [][]int) float64 {
		targets := []int{target}
		if target < 0 {
			targets = targets[:0]
			for t := range quantiles {
				targets = append(targets, t)
			}
		}
		sum, n := 0.0, 0.0
		for _, t := range targets {
			for _, races := range tasks {
				sum += math.Log(mean(ert(setups, b, t, price, races)) / mean(ert(setups, a, t, price, races)))
				n++
			}
		}
		return math.Exp(sum / n)
	}
	tasks := byTask(setups)
	rng := rand.New(rand.NewPCG(1, 1))
	var all []float64
	for range 1000 {
		var again [][]int
		for range tasks {
			races := tasks[rng.IntN(len(tasks))]
			var drawn []int
			for range races {
				drawn = append(drawn, races[rng.IntN(len(races))])
			}
			again = append(again, drawn)
		}
		all = append(all, of(again))
	}
	slices.Sort(all)
	return of(tasks), all[25], all[974]
}

// byTask lists the races of each task, in order.
func byTask(setups []setup) (tasks [][]int) {
	for i, s := range setups {
		if i == 0 || s.Task != setups[i-1].Task {
			tasks = append(tasks, nil)
		}
		tasks[len(tasks)-1] = append(tasks[len(tasks)-1], i)
	}
	return tasks
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
	every := make([]int, len(setups))
	for i := range every {
		every[i] = i
	}
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
			for t := range quantiles {
				hits := 0
				for _, c := range m.costs {
					if c[t].Reached {
						hits++
					}
				}
				fmt.Fprintf(out, "\t%.2f (%.0f %%)%s", mean(ert(setups, m, t, price.of, every)),
					100*float64(hits)/float64(len(setups)), against(setups, m, base, t, price.of))
			}
			fmt.Fprintf(out, "\t%s\n", strings.TrimSpace(against(setups, m, base, -1, price.of)))
		}
		out.Flush()
	}
}

func against(setups []setup, m, base results, target int, price func(cost) float64) string {
	if m.name == base.name {
		return ""
	}
	mid, low, high := ratio(setups, m, base, target, price)
	return fmt.Sprintf(" x%.2f [%.2f, %.2f]", mid, low, high)
}
