package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// samples is how many random configurations describe a task.
const samples = 300

// quantiles of them are the targets: about 4, 10 and 33 random trainings.
var quantiles = []float64{0.75, 0.90, 0.97}

// A setup is one race: a user's program on a task, and the targets to reach.
type setup struct {
	Task      string    `json:"task"`
	Family    string    `json:"family"` // how the incumbent came about
	Seed      int       `json:"seed"`
	Incumbent config    `json:"incumbent"`
	Targets   []float64 `json:"targets"`
	// Unit is the cost of one full training: the task's median, in seconds.
	Unit float64 `json:"unit"`
}

// source is a stream of its own for everything that is named.
func source(names ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, names...)
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

// split divides the tasks: every third is raced on, the others are learned from.
func split(s *surrogate) (race, learn []string) {
	var all []string
	for task := range s.tasks {
		all = append(all, task)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	for i, task := range all {
		if i%3 == 0 {
			race = append(race, task)
		} else {
			learn = append(learn, task)
		}
	}
	return race, learn
}

// looks are the epochs at which a curve is sampled for its best value.
var looks = []int{2, 6, 12, 18, 26, 34, 43, epochs}

// peak is the best accuracy of a full training, and its seconds.
func (s *surrogate) peak(task string, c config) (best, seconds float64, err error) {
	out, err := s.predict(s.tasks[task], c, looks)
	if err != nil {
		return 0, 0, err
	}
	for i := range looks {
		best = max(best, float64(out.v[6*i+1])/100)
	}
	return best, max(0.01, float64(out.v[len(out.v)-6])), nil
}

// sampled is what random configurations give on a task.
type sampled struct {
	configs []config
	peaks   []float64
	sorted  []float64
	unit    float64
}

func (s *surrogate) sample(task string, rng *rand.Rand) (d sampled, err error) {
	var seconds []float64
	for range samples {
		c := draw(rng)
		best, sec, err := s.peak(task, c)
		if err != nil {
			return d, err
		}
		d.configs, d.peaks, seconds = append(d.configs, c), append(d.peaks, best), append(seconds, sec)
	}
	d.sorted = slices.Clone(d.peaks)
	slices.Sort(d.sorted)
	slices.Sort(seconds)
	d.unit = seconds[len(seconds)/2]
	return d, nil
}

func (d sampled) quantile(q float64) float64 { return d.sorted[int(q*float64(len(d.sorted)-1))] }

// rank is the share of random configurations that are worse.
func (d sampled) rank(peak float64) float64 {
	i, _ := slices.BinarySearch(d.sorted, peak)
	return float64(i) / float64(len(d.sorted))
}

// setups makes the races of a task.
func (s *surrogate) setups(task string, seeds int) ([]setup, error) {
	d, err := s.sample(task, source("targets", task))
	if err != nil {
		return nil, err
	}
	var targets []float64
	for _, q := range quantiles {
		targets = append(targets, d.quantile(q))
	}
	var all []setup
	for _, family := range []string{"mediocre", "spoiled"} {
		for seed := range seeds {
			rng := source("incumbent", task, family, seed)
			c, err := s.incumbent(task, family, d, rng)
			if err != nil {
				return nil, err
			}
			all = append(all, setup{task, family, seed, c, targets, d.unit})
		}
	}
	return all, nil
}

// incumbent draws the user's program: a mediocre configuration, or a good one of
// which a coordinate or two are spoiled until it is mediocre.
func (s *surrogate) incumbent(task, family string, d sampled, rng *rand.Rand) (config, error) {
	for {
		c := draw(rng)
		peak, _, err := s.peak(task, c)
		if err != nil {
			return c, err
		}
		if rank := d.rank(peak); family == "mediocre" && rank >= 0.1 && rank <= 0.4 {
			return c, nil
		} else if family == "mediocre" || rank < 0.9 {
			continue
		}
		for range 20 {
			bad := c
			for range 1 + rng.IntN(2) {
				i := rng.IntN(len(bad))
				bad[i] = axes[i].draw(rng)
			}
			if peak, _, err = s.peak(task, bad); err != nil {
				return c, err
			}
			if d.rank(peak) <= 0.4 {
				return bad, nil
			}
		}
	}
}

// learned is a portfolio of configurations for the tasks that are not raced on:
// each adds most to the best rank over them.
func (s *surrogate) learned(tasks []string, n int) ([]config, error) {
	ranks := make([][]float64, len(tasks)) // by task, then configuration
	var pool []config
	for i, task := range tasks {
		d, err := s.sample(task, source("pool"))
		if err != nil {
			return nil, err
		}
		pool = d.configs
		for _, peak := range d.peaks {
			ranks[i] = append(ranks[i], -math.Log(1-d.rank(peak)))
		}
	}
	best := make([]float64, len(tasks))
	var chosen []config
	for range n {
		top, at := 0.0, 0
		for c := range pool {
			sum := 0.0
			for i := range tasks {
				sum += max(best[i], ranks[i][c])
			}
			if sum > top {
				top, at = sum, c
			}
		}
		chosen = append(chosen, pool[at])
		for i := range tasks {
			best[i] = max(best[i], ranks[i][at])
		}
	}
	return chosen, nil
}
