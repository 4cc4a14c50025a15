// Command bench measures the search against Optuna on simulated trainings:
// what it costs, from the user's own program, to see a target accuracy first.
//
//	go run ./pkg/search/bench --surrogate DIR --python PYTHON
//
// DIR holds the LCBench surrogate of YAHPO Gym (model.onnx, encoding.json);
// PYTHON has optuna and onnxruntime. Tasks are the surrogate's, every third is
// raced on, recipes are learned on the others. A race starts with a user's
// program, whose own training is free, and ends at the first epoch at the
// target or after 60 full trainings. ERT is the expected running time.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/mlhook/mlhook/pkg/search"
)

type options struct {
	surrogate, python, save, methods string
	seeds, workers                   int
}

func main() {
	var o options
	flag.StringVar(&o.surrogate, "surrogate", "", "directory of the LCBench surrogate")
	flag.StringVar(&o.python, "python", "python3", "Python with optuna and onnxruntime")
	flag.StringVar(&o.save, "peer", "", "file that keeps the peer's results; read when it exists")
	flag.StringVar(&o.methods, "methods", "", "race only those of mlhook's whose name contains this, and no peer")
	flag.Func("quantiles", "targets, as quantiles of random configurations, ascending (0.75,0.9,0.97)", readQuantiles)
	flag.IntVar(&o.seeds, "seeds", 8, "races for each task and kind of incumbent")
	flag.IntVar(&o.workers, "workers", runtime.NumCPU(), "races side by side")
	flag.Parse()
	if err := bench(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(o options) error {
	sur, err := openSurrogate(o.surrogate)
	if err != nil {
		return fmt.Errorf("open the surrogate; name its directory with --surrogate: %w", err)
	}
	tasks, others := split(sur)
	var setups []setup
	for _, task := range tasks {
		more, err := sur.setups(task, o.seeds)
		if err != nil {
			return err
		}
		setups = append(setups, more...)
	}
	portfolio, err := sur.learned(others, 4)
	if err != nil {
		return err
	}
	var methods []results
	for _, k := range []knowledge{
		{"mlhook, learned recipes", func(setup) []search.Recipe { return recipesOf(portfolio) }, true},
		{"mlhook, worthless recipes", worthless, true},
		{"mlhook, no recipes", func(setup) []search.Recipe { return []search.Recipe{} }, true},
		{"mlhook as shipped", nil, false},
	} {
		if !strings.Contains(k.name, o.methods) {
			continue
		}
		r, err := raceAll(sur, setups, k, o.workers)
		if err != nil {
			return err
		}
		methods = append(methods, r)
	}
	if o.methods == "" {
		costs, err := o.peer(setups)
		if err != nil {
			return err
		}
		methods = append(methods, results{"Optuna TPE + median pruner", costs})
	}
	fmt.Printf("%d tasks x 2 kinds of incumbent x %d seeds, recipes learned on %d other tasks\n", len(tasks), o.seeds, len(others))
	table(os.Stdout, setups, methods)
	return nil
}

func readQuantiles(text string) error {
	quantiles = nil
	for _, word := range strings.Split(text, ",") {
		q, err := strconv.ParseFloat(word, 64)
		if err != nil || !(q > 0 && q < 1) {
			return fmt.Errorf("%q is no quantile in (0, 1)", word)
		}
		quantiles = append(quantiles, q)
	}
	return nil
}

func recipesOf(configs []config) (all []search.Recipe) {
	for i, c := range configs {
		all = append(all, recipe(fmt.Sprint("learned ", i+1), c))
	}
	return all
}

// worthless recipes are random: nothing transfers.
func worthless(s setup) []search.Recipe {
	rng := source("worthless", s.Task, s.Family, s.Seed)
	return recipesOf(drawn(rng, 4))
}

func drawn(rng *rand.Rand, n int) (all []config) {
	for range n {
		all = append(all, draw(rng))
	}
	return all
}

// raceAll runs all races of a method.
func raceAll(sur *surrogate, setups []setup, k knowledge, workers int) (results, error) {
	r := results{k.name, make([][]cost, len(setups))}
	failed := make([]error, len(setups))
	next := make(chan int)
	var crew sync.WaitGroup
	for range workers {
		crew.Go(func() {
			for i := range next {
				tr := trainer{sur, setups[i].Task, map[training]trained{}}
				for _, target := range setups[i].Targets {
					c, err := race(tr, setups[i], k, target)
					if err != nil {
						failed[i] = err
					}
					r.costs[i] = append(r.costs[i], c)
				}
			}
		})
	}
	for i := range setups {
		next <- i
	}
	close(next)
	crew.Wait()
	for _, err := range failed {
		if err != nil {
			return r, fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return r, nil
}

// peer races Optuna, or reads what it did before.
func (o options) peer(setups []setup) ([][]cost, error) {
	if text, err := os.ReadFile(o.save); o.save != "" && err == nil {
		var costs [][]cost
		if err := json.Unmarshal(text, &costs); err != nil || len(costs) != len(setups) {
			return nil, fmt.Errorf("%s is not of these races; remove it", o.save)
		}
		return costs, nil
	}
	costs, err := peer(o.python, o.surrogate, setups, o.workers)
	if err != nil || o.save == "" {
		return costs, err
	}
	text, err := json.Marshal(costs)
	if err != nil {
		return nil, err
	}
	return costs, os.WriteFile(o.save, text, 0o644)
}
