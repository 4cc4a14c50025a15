// Command real is the second layer of the search benchmark: scripts as users
// write them, each with a defect or two, raced by mlhook itself and by its peers
// through the same agent, from process start to the first training at the target.
//
//	python3.11 -m venv VENV && VENV/bin/pip install -r pkg/search/bench/peers.txt
//	go run ./pkg/search/bench/real race --python PYTHON --peers VENV/bin/python --rows FILE
//	go run ./pkg/search/bench/real table --rows FILE
//	go run ./pkg/search/bench/real verify --python PYTHON
//	go run ./pkg/search/bench/real grow --python PYTHON --rows FILE
//	go run ./pkg/search/bench/real winners --python PYTHON --rows FILE
//	go run ./pkg/search/bench/real coin --python PYTHON --rows FILE
//
// PYTHON has the frameworks that the scripts import. Races run one after the
// other; every row is appended to FILE at once, and a race that has its row is
// not run again, so that the benchmark can be interrupted. There are two spaces:
// same, all that mlhook finds and may tune, and expert, which somebody who knows
// the defect wrote for the script. A failure costs the whole budget. Lines are
// those of the script that hold what a method set, which its user has to change;
// what sets the tuner up comes to them.
//
// verify trains each script as written and with its defect mended, and says
// whether one misses the target and the other reaches it.
//
// The others measure what mlhook promises; like races they have a FILE each, go
// on where they were interrupted, print a table of all that FILE has, and exit
// with 1 where a promise is broken.
//
// grow makes the networks of the keras and torch tasks larger, by one move at a
// time: it trains the script as written, then each enlarged one twice, from what
// the first has learned and cold. What starts grown has to start with its
// parent's outputs; what the training gave stands beside the cold one's.
//
// winners lets mlhook find the targets and trains what it declares reached by
// its source 20 times again, cold, each with another seed for what the script
// leaves unseeded. Their mean has to be at the target, less one standard error.
//
// coin lets mlhook chase a target on labels that a coin decided, in scripts
// without any seed. Nothing may be reached, and no accuracy lie more than three
// standard errors above chance. --tasks chooses among sklearn, torch and keras.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	python, peers, binary, rows    string
	control                        string // mlhook whose recipes are worthless
	tasks, methods, spaces, halves []string
	seeds                          int
	seconds                        float64
}

// commands is what there is to do, each with its defaults.
var commands = map[string]struct {
	do      func(context.Context, options, []task) error
	rows    string
	seeds   int
	seconds float64
}{
	"race":    {raceAll, "rows.jsonl", 3, 60},
	"table":   {printTable, "rows.jsonl", 0, 0},
	"verify":  {verify, "", 3, 0},
	"grow":    {growAll, "grow.jsonl", 0, 0},
	"winners": {winners, "winners.jsonl", 2, 300},
	"coin":    {coin, "coin.jsonl", 20, 600},
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
	flags.StringVar(&o.rows, "rows", "", "file that rows are appended to; named after the command without it")
	words(flags, &o.tasks, "tasks", "words, separated by commas: only tasks whose name has one")
	words(flags, &o.methods, "methods", "the same for methods")
	words(flags, &o.spaces, "spaces", "the same for spaces: same, expert")
	words(flags, &o.halves, "halves", "the same for halves: tuned, unseen")
	flags.IntVar(&o.seeds, "seeds", 0, "runs of each task, of a race with each method; 0 is the command's own number")
	flags.Float64Var(&o.seconds, "seconds", 0, "budget of a run; 0 is the command's own")
	if len(args) == 0 {
		args = []string{""}
	}
	flags.Parse(args[1:])
	work, ok := commands[args[0]]
	if !ok {
		return errors.New("say what to do: race, table, verify, grow, winners or coin")
	}
	o.rows, o.seeds, o.seconds = cmp.Or(o.rows, work.rows), cmp.Or(o.seeds, work.seeds), cmp.Or(o.seconds, work.seconds)
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
	return work.do(ctx, o, chosen)
}

// words adds a flag that is a list.
func words(flags *flag.FlagSet, into *[]string, name, usage string) {
	flags.Func(name, usage, func(text string) error {
		*into = strings.Split(text, ",")
		return nil
	})
}

// raceAll runs the races that have no row yet.
func raceAll(ctx context.Context, o options, tasks []task) error {
	cells := o.cells(tasks)
	if slices.ContainsFunc(cells, func(c cell) bool { return c.method == "worthless" }) {
		built, err := o.buildControl(ctx)
		if err != nil {
			return err
		}
		defer os.RemoveAll(built)
	}
	return collect(ctx, o, cells, cell.run)
}

// build makes the mlhook to run, where none was named, in a directory that the
// caller removes.
func (o *options) build(ctx context.Context) (dir string, err error) {
	if o.binary != "" {
		o.binary, err = filepath.Abs(o.binary) // it runs in the tasks' directories
		return "", err
	}
	if dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return "", err
	}
	o.binary = filepath.Join(dir, "mlhook")
	if err := compile(ctx, o.binary); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// compile builds mlhook as a file, with flags for go build.
func compile(ctx context.Context, file string, flags ...string) error {
	args := append(append([]string{"build", "-o", file}, flags...), "github.com/mlhook/mlhook/cmd/mlhook")
	build := exec.CommandContext(ctx, "go", args...)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build mlhook: %w", err)
	}
	return nil
}
