// Command real is the second layer of the search benchmark: scripts as users
// write them, each with a defect or two, raced by mlhook itself and by its peers
// through the same agent, from process start to the first training at the target.
//
//	python3.11 -m venv VENV && VENV/bin/pip install -r pkg/search/bench/peers.txt
//	go run ./pkg/search/bench/real race --python PYTHON --peers VENV/bin/python --rows FILE
//	go run ./pkg/search/bench/real table --rows FILE
//	go run ./pkg/search/bench/real verify --python PYTHON
//
// PYTHON has the frameworks that the scripts import. Races run one after the
// other; every row is appended to FILE at once, and a race that has its row is
// not run again, so that the benchmark can be interrupted. There are two spaces:
// same, all that mlhook finds and may tune, and expert, which somebody who knows
// the defect wrote for the script. A failure costs the whole budget.
//
// verify trains each script as written and with its defect mended, and says
// whether one misses the target and the other reaches it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type options struct {
	python, peers, binary, rows    string
	tasks, methods, spaces, halves []string
	seeds                          int
	seconds                        float64
}

func (o options) budget() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "real:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("real", flag.ExitOnError)
	flags.StringVar(&o.python, "python", "python3", "Python with the scripts' frameworks")
	flags.StringVar(&o.peers, "peers", "python3", "Python with the peers")
	flags.StringVar(&o.binary, "mlhook", "", "mlhook to race; built from this source without it")
	flags.StringVar(&o.rows, "rows", "rows.jsonl", "file that rows are appended to")
	words(flags, &o.tasks, "tasks", "words, separated by commas: only tasks whose name has one")
	words(flags, &o.methods, "methods", "the same for methods")
	words(flags, &o.spaces, "spaces", "the same for spaces: same, expert")
	words(flags, &o.halves, "halves", "the same for halves: tuned, unseen")
	flags.IntVar(&o.seeds, "seeds", 3, "races for each task and method")
	flags.Float64Var(&o.seconds, "seconds", 60, "budget of a race")
	if len(args) == 0 {
		args = []string{""}
	}
	flags.Parse(args[1:])
	work := map[string]func(context.Context, options, []task) error{"race": raceAll, "table": printTable, "verify": verify}[args[0]]
	if work == nil {
		return errors.New("say what to do: race, table or verify")
	}
	tasks, err := loadTasks(o.tasks)
	if err != nil {
		return err
	}
	var chosen []task
	for _, t := range tasks {
		if matches(t.Half, o.halves) {
			chosen = append(chosen, t)
		}
	}
	return work(ctx, o, chosen)
}

// words adds a flag that is a list.
func words(flags *flag.FlagSet, into *[]string, name, usage string) {
	flags.Func(name, usage, func(text string) error {
		*into = strings.Split(text, ",")
		return nil
	})
}

// raceAll runs the races that have no row yet. One that broke has none, so that
// it is run again the next time.
func raceAll(ctx context.Context, o options, tasks []task) error {
	if o.binary == "" {
		dir, err := os.MkdirTemp("", "bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.binary = filepath.Join(dir, "mlhook")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.binary, "github.com/mlhook/mlhook/cmd/mlhook")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build mlhook: %w", err)
		}
	}
	rows, err := readRows(o.rows)
	if err != nil {
		return err
	}
	if err := writeRows(o.rows, rows); err != nil { // without a torn line
		return err
	}
	known := map[key]bool{}
	for _, r := range rows {
		known[r.key()] = true
	}
	broken := 0
	for _, c := range o.cells(tasks) {
		if known[c.row().key()] {
			continue
		}
		r, err := c.run(ctx, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s, %s space, %s, seed %d: %v\n", c.task.Name, c.space, c.method, c.seed, err)
			broken++
			continue
		}
		if err := appendRow(o.rows, r); err != nil {
			return err
		}
		fmt.Println(r)
	}
	if broken > 0 {
		return fmt.Errorf("%d races broke; run the same again when their cause is mended", broken)
	}
	return nil
}
