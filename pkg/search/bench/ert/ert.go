// Package ert computes the expected running time: what it costs to see a target
// first, where races that never see it count as well.
package ert

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Race is one attempt of a method at a task.
type Race struct {
	Task    string
	Cost    float64
	Reached bool
}

// Least keeps the logarithm finite: of layer 1 a twentieth of an epoch.
const Least = 1e-3

// of is the expected running time of some races of one task: what all of them
// cost together, for each success. It is infinite where nobody succeeded; one
// success is then assumed, which is kind to the method.
func of(races []Race, which []int) float64 {
	sum, hits := 0.0, 0.0
	for _, i := range which {
		sum += races[i].Cost
		if races[i].Reached {
			hits++
		}
	}
	return max(Least, sum/max(1, hits))
}

// over is the geometric mean over tasks.
func over(races []Race, tasks [][]int) float64 {
	sum := 0.0
	for _, which := range tasks {
		sum += math.Log(of(races, which))
	}
	return math.Exp(sum / float64(len(tasks)))
}

// Mean is the geometric mean over tasks of the expected running time. Races of a
// task follow each other.
func Mean(races []Race) float64 { return over(races, byTask(races)) }

// Interval is the interval in which 95 % of the bootstrap replicates of Mean lie.
func Interval(races []Race) (low, high float64) {
	return bootstrap(byTask(races), func(tasks [][]int) float64 { return over(races, tasks) })
}

// Ratio is how many times cheaper a is than b, as a geometric mean over tasks and
// targets, with the interval in which 95 % of its bootstrap replicates lie. Both
// hold the races for each target, in the same order.
func Ratio(a, b [][]Race) (mid, low, high float64) {
	ratio := func(tasks [][]int) float64 {
		sum := 0.0
		for target := range a {
			sum += math.Log(over(b[target], tasks) / over(a[target], tasks))
		}
		return math.Exp(sum / float64(len(a)))
	}
	tasks := byTask(a[0])
	low, high = bootstrap(tasks, ratio)
	return ratio(tasks), low, high
}

// bootstrap draws tasks again, and races within them.
func bootstrap(tasks [][]int, of func([][]int) float64) (low, high float64) {
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
	return all[25], all[974]
}

// byTask lists the races of each task, in order.
func byTask(races []Race) (tasks [][]int) {
	for i, r := range races {
		if i == 0 || r.Task != races[i-1].Task {
			tasks = append(tasks, nil)
		}
		tasks[len(tasks)-1] = append(tasks[len(tasks)-1], i)
	}
	return tasks
}
