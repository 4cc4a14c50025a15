//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/image"
	"github.com/mlhook/mlhook/pkg/inspect"
)

// BenchmarkOverhead measures what the agent costs, in the containers that mlhook
// trains in, and prints one table:
//
//	go test -run '^$' -bench BenchmarkOverhead -benchtime 20x -timeout 2h ./cmd/mlhook
//
// In every round each framework trains a tiny script once with the agent, with
// `docker run` and with `docker exec`, one behind the other, and a keras and a
// torch training are run with the agent and without (`docker exec`), in turns of
// 50 ms, since a machine that others share changes its speed from second to
// second. A trial's overhead is the time from the
// request until its end is seen, less what the script takes in an interpreter
// that is as warm and observes nothing: what hooks cost within it counts. The
// first trial of a container, which reads what it imports from the disk, does not.
func BenchmarkOverhead(b *testing.B) {
	base, torch := os.Getenv("MLHOOK_TEST_BASE"), os.Getenv("MLHOOK_TEST_BASE_TORCH")
	if base == "" || torch == "" {
		b.Skip("MLHOOK_TEST_BASE and MLHOOK_TEST_BASE_TORCH name no base images; make them with .ci/base")
	}
	o := &overhead{b: b, bases: map[string]string{"torch": torch}, base: base, boxes: map[string]*box{}, batches: map[string]int{}}
	b.Cleanup(o.close)
	trials := map[string]*trialTimes{}
	epochs := map[string]*epochTimes{}
	for b.Loop() {
		for _, name := range []string{"sklearn", "keras", "torch", "xgboost", "lightgbm"} {
			o.trial(o.box(name), at(trials, name))
		}
		for _, name := range []string{"keras", "torch"} {
			for _, length := range []time.Duration{50 * time.Millisecond, 2 * time.Second} {
				o.epochs(o.box(name), length, at(epochs, fmt.Sprintf("%s %v", name, length)))
			}
		}
		o.close()
	}
	b.Log(table(trials, epochs))
}

func at[T any](of map[string]*T, name string) *T {
	if of[name] == nil {
		of[name] = new(T)
	}
	return of[name]
}

// trialTimes are the seconds of a framework's trials, round by round.
// within is the part of the overhead that hooks have within the script.
type trialTimes struct{ agent, overhead, within, run, exec []float64 }

// epochTimes are the seconds of a training's epochs, round by round, and what
// the agent added: to the time, and to the processor's time.
type epochTimes struct{ plain, added, cpu []float64 }

// overhead has a container with an agent for each framework.
type overhead struct {
	b       *testing.B
	bases   map[string]string // by framework
	base    string            // of all others
	boxes   map[string]*box
	batches map[string]int // that take an epoch, by framework and length
}

// A box is a framework's container.
type box struct {
	engine.Session
	name   string
	image  string
	id     string // of the container
	job    engine.Job
	trials int
	docker *engine.Docker
}

// close removes the containers: how a process lies in memory changes its pace by
// some percent, and all forks of one agent lie alike.
func (o *overhead) close() {
	for name, x := range o.boxes {
		if err := x.docker.Clean(context.Background(), x.job.RunID); err != nil {
			o.b.Error(err)
		}
		delete(o.boxes, name)
	}
}

// box returns the container of a framework, started when it is first asked for.
func (o *overhead) box(name string) *box {
	if o.boxes[name] != nil {
		return o.boxes[name]
	}
	ctx, dir := context.Background(), o.b.TempDir()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		os.Chmod(d, 0o755) // the trials' user is another one
	}
	o.script(name+".py", filepath.Join(dir, "program", "train.py"))
	program, err := inspect.Inspect(inspect.Source{FS: os.DirFS(filepath.Join(dir, "program")),
		Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
	if err != nil {
		o.b.Fatal(err)
	}
	settings := config.Settings{BaseImage: o.base, CABundle: os.Getenv("MLHOOK_TEST_CA")}
	if o.bases[name] != "" {
		settings.BaseImage = o.bases[name]
	}
	env, err := image.Choose(program, filepath.Join(dir, "program"), settings)
	if err != nil {
		o.b.Fatal(err)
	}
	docker := &engine.Docker{Cache: filepath.Join(dir, "cache")}
	made, err := docker.Prepare(ctx, env, func(string) {})
	if err != nil {
		o.b.Fatal(err)
	}
	run := filepath.Join(dir, "run")
	if err := os.MkdirAll(filepath.Join(run, "trials"), 0o755); err != nil {
		o.b.Fatal(err)
	}
	x := &box{name: name, image: made.Ref, docker: docker, job: engine.Job{
		RunID: fmt.Sprintf("overhead-%s-%d", name, os.Getpid()), Repo: dir, Dir: run, Image: made, Network: "none",
		Preload: program.Preload, UID: os.Getuid(), GID: os.Getgid()}}
	o.boxes[name] = x
	if x.Session, err = docker.Open(ctx, x.job); err == nil {
		_, err = x.Hello(ctx)
	}
	if err != nil {
		o.b.Fatal(err)
	}
	x.id = strings.TrimSpace(o.docker("ps", "-q", "--filter", "label=mlhook.run="+x.job.RunID))
	return x
}

// script copies a script of testdata, and the turns that it may take beside it.
func (o *overhead) script(name, to string) {
	for from, to := range map[string]string{name: to, "turns.py": filepath.Join(filepath.Dir(to), "turns.py")} {
		text, err := os.ReadFile(filepath.Join("testdata", "overhead", from))
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, text, 0o644))
		}
		if err != nil {
			o.b.Fatal(err)
		}
	}
}

// docker returns what a docker command prints.
func (o *overhead) docker(args ...string) string { return o.output(exec.Command("docker", args...)) }

// output returns what a command prints.
func (o *overhead) output(cmd *exec.Cmd) string {
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		errors.As(err, &failed)
		o.b.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, failed.Stderr)
	}
	return string(out)
}

// unobserved switches the agent's hooks and checkpoints off.
var unobserved = map[string]string{"MLHOOK_HOOKS": "0", "MLHOOK_AUTORESUME": "0"}

// attempt trains a script with the agent; it returns what it printed, and the
// seconds from the request until its end was seen.
func (o *overhead) attempt(x *box, env map[string]string, script string, args ...string) (log string, seconds float64) {
	x.trials++
	o.script(script, filepath.Join(x.job.Dir, "trials", strconv.Itoa(x.trials), "1", "tree", "train.py"))
	began := time.Now()
	err := x.Start(context.Background(), agent.Request{V: agent.Version, Op: agent.OpRun, Trial: x.trials, Attempt: 1,
		Script: "train.py", Args: args, Cwd: ".", Env: env, Seed: 1, Threads: 1, LogLimit: 1 << 20})
	if err != nil {
		o.b.Fatal(err)
	}
	var offset int64
	for {
		events, next, err := x.Events(x.trials, 1, offset)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			o.b.Fatal(err)
		}
		offset = next
		if n := len(events); n > 0 && events[n-1].Type == agent.EventExit {
			seconds = time.Since(began).Seconds()
			break
		}
		time.Sleep(max(2*time.Millisecond, time.Since(began)/200)) // a look takes time from the training
	}
	f, err := engine.OpenLog(x.job.Dir, x.trials, 1)
	if err != nil {
		o.b.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		o.b.Fatal(err)
	}
	return string(text), seconds
}

// plain is a script's training in the same container without the agent, as it
// trains there: with one thread, and nice.
func (o *overhead) plain(x *box, script string, args ...string) *exec.Cmd {
	tree := filepath.Join("trials", "plain")
	o.script(script, filepath.Join(x.job.Dir, tree, "train.py"))
	return exec.Command("docker", append([]string{"exec", "-e", "TF_NUM_INTRAOP_THREADS=1", "-e", "TF_NUM_INTEROP_THREADS=1",
		"-w", "/mlhook/" + tree, x.id, "nice", "-n", "10", "python3", "train.py"}, args...)...)
}

// numbers reads what follows a word in a script's output.
func (o *overhead) numbers(output, word string) (found []float64) {
	_, text, _ := strings.Cut(output, word+" ")
	text, _, _ = strings.Cut(text, "\n")
	for _, field := range strings.Fields(text) {
		number, err := strconv.ParseFloat(field, 64)
		if err != nil {
			o.b.Fatal(err)
		}
		found = append(found, number)
	}
	if len(found) == 0 {
		o.b.Fatalf("no %s in:\n%s", word, output)
	}
	return found
}

// trial trains a tiny script in the three ways.
func (o *overhead) trial(x *box, times *trialTimes) {
	if x.trials == 0 {
		o.attempt(x, nil, x.name+".py")
	}
	log, seconds := o.attempt(x, nil, x.name+".py")
	alone, _ := o.attempt(x, unobserved, x.name+".py")
	script := o.numbers(alone, "SCRIPT")[0]
	times.agent = append(times.agent, seconds)
	times.overhead = append(times.overhead, seconds-script)
	times.within = append(times.within, o.numbers(log, "SCRIPT")[0]-script)
	began := time.Now()
	o.docker("run", "--rm", "--network", "none", "-v", filepath.Join(x.job.Dir, "..", "program")+":/program:ro", "-w", "/program",
		"-e", "OMP_NUM_THREADS=1", x.image, "python3", "train.py")
	times.run = append(times.run, time.Since(began).Seconds())
	began = time.Now()
	o.output(o.plain(x, x.name+".py"))
	times.exec = append(times.exec, time.Since(began).Seconds())
}

// epochs trains with the agent and without; they take turns of 50 ms.
func (o *overhead) epochs(x *box, length time.Duration, times *epochTimes) {
	const some, turn = 100, 50 * time.Millisecond
	script, key := x.name+"_epochs.py", fmt.Sprint(x.name, length)
	if o.batches[key] == 0 {
		took := o.numbers(o.output(o.plain(x, script, strconv.Itoa(some), "5")), "EPOCH")[0]
		o.batches[key] = max(1, int(some*length.Seconds()/took))
	}
	batches, count, pipes := o.batches[key], max(4, int(6*time.Second/length)), o.pipes(x)
	args := []string{strconv.Itoa(batches), strconv.Itoa(count), strconv.Itoa(max(1, int(int64(batches)*int64(turn)/int64(length))))}
	var output bytes.Buffer
	plain := o.plain(x, script, append(args, pipes[0], pipes[1], "first")...)
	plain.Stdout, plain.Stderr = &output, os.Stderr
	if err := plain.Start(); err != nil {
		o.b.Fatal(err)
	}
	log, _ := o.attempt(x, nil, script, append(args, pipes[1], pipes[0])...)
	if err := plain.Wait(); err != nil {
		o.b.Fatal(err)
	}
	with, without := o.numbers(log, "EPOCH"), o.numbers(output.String(), "EPOCH")
	times.plain = append(times.plain, without[0])
	times.added = append(times.added, with[0]/without[0]-1)
	times.cpu = append(times.cpu, with[1]/without[1]-1)
}

// pipes makes two named pipes that every user of the box can open, and returns
// their names within it.
func (o *overhead) pipes(x *box) (names [2]string) {
	for i := range names {
		name := filepath.Join("trials", fmt.Sprintf("pipe-%d-%d", x.trials, i))
		path := filepath.Join(x.job.Dir, name)
		if err := errors.Join(syscall.Mkfifo(path, 0o666), os.Chmod(path, 0o666)); err != nil {
			o.b.Fatal(err)
		}
		names[i] = "/mlhook/" + name
	}
	return names
}

// table shows medians, with the quartiles in brackets where the spread matters.
func table(trials map[string]*trialTimes, epochs map[string]*epochTimes) string {
	var text strings.Builder
	spread := func(values []float64, format string, unit float64) string {
		slices.Sort(values)
		n := len(values)
		return fmt.Sprintf(format+" ["+format+", "+format+"]", unit*values[n/2], unit*values[n/4], unit*values[3*n/4])
	}
	sum := func(values []float64) (total float64) {
		for _, v := range values {
			total += v
		}
		return total
	}
	for _, name := range sorted(trials) {
		t := trials[name]
		fmt.Fprintf(&text, "\n%-9s %d trials: agent %.1f s, docker run %.1f s, docker exec %.1f s; overhead of a trial %s ms, within the script %s ms",
			name, len(t.agent), sum(t.agent), sum(t.run), sum(t.exec), spread(t.overhead, "%.0f", 1e3), spread(t.within, "%.0f", 1e3))
	}
	for _, name := range sorted(epochs) {
		e := epochs[name]
		fmt.Fprintf(&text, "\n%-11s epoch %s ms; added by the agent %s %%, of the processor's time %s %%",
			name, spread(e.plain, "%.0f", 1e3), spread(e.added, "%+.1f", 100), spread(e.cpu, "%+.1f", 100))
	}
	return text.String()
}

func sorted[T any](of map[string]T) (names []string) {
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
