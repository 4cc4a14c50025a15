//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
)

// TestKills kills real trainings of torch and keras in containers at random
// instants, every fourth time while a checkpoint is being written: the process
// of the trial, the agent, the container's init, the container. Every run has to
// reach its verdict with the weights of a training that was left alone, with
// every epoch in its history once; every checkpoint has to verify; and of what was
// trained one epoch may be trained again, or several that took a second together.
//
// Four kills belong to the ordinary tests. The whole campaign, and one that is
// to be played again:
//
//	MLHOOK_TEST_KILLS=200 go test -v -timeout 3h -run TestKills ./cmd/mlhook
//	MLHOOK_TEST_KILLS=200 MLHOOK_TEST_SEED=7 go test -v -timeout 3h -run TestKills ./cmd/mlhook
//
// The seed settles who is killed and when, counted from the moment at which an
// attempt trains.
func TestKills(t *testing.T) {
	base, torch := os.Getenv("MLHOOK_TEST_BASE"), os.Getenv("MLHOOK_TEST_BASE_TORCH")
	if base == "" || torch == "" {
		missing(t, "MLHOOK_TEST_BASE and MLHOOK_TEST_BASE_TORCH name no base images; make them with .ci/base")
	}
	if err := (&engine.Docker{}).Check(context.Background()); err != nil {
		missing(t, err.Error())
	}
	if os.Getuid() != 0 {
		missing(t, "only root may kill the processes of a container")
	}
	kills, seed := number("MLHOOK_TEST_KILLS", 4), number("MLHOOK_TEST_SEED", 1)
	for i, framework := range []string{"torch", "keras"} {
		t.Run(framework, func(t *testing.T) {
			c := newCampaign(t, framework, []string{torch, base}[i], rand.New(rand.NewPCG(uint64(seed), uint64(i))))
			c.run(0)
			for left := (kills + 1 - i) / 2; left > 0 && !t.Failed(); {
				left -= c.run(min(left, 5))
			}
			t.Logf("seed %d\n%s", seed, c.report())
		})
	}
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return n
}

// A campaign is a repository whose runs are killed, and what came of it.
type campaign struct {
	t       *testing.T
	state   string // mlhook's own directory
	repo    string
	env     []string
	rng     *rand.Rand
	weights string // of the run that was left alone
	kills   []kill
}

func newCampaign(t *testing.T, framework, base string, rng *rand.Rand) *campaign {
	top := t.TempDir()
	c := &campaign{t: t, state: filepath.Join(top, "state", "mlhook"), repo: filepath.Join(top, "repo"), rng: rng}
	c.env = append(os.Environ(), "HOME="+top, "XDG_STATE_HOME="+filepath.Join(top, "state"), "GIT_CONFIG_NOSYSTEM=1", "MLHOOK=0",
		"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@localhost", "GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@localhost")
	script, err := os.ReadFile(filepath.Join("testdata", "kills", framework+".py"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.repo, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.repo, "train.py"), script, 0o644); err != nil {
		t.Fatal(err)
	}
	c.command("git", "init", "-q")
	for _, setting := range [][2]string{{"engine", "docker"}, {"baseImage", base}, {"caBundle", os.Getenv("MLHOOK_TEST_CA")},
		{"target", "0.5"}, {"network", "none"}} {
		c.command("git", "config", "mlhook."+setting[0], setting[1])
	}
	c.command("git", "add", ".")
	c.command("git", "commit", "-qm", "first")
	t.Cleanup(func() {
		endSupervisor(c.state)
		for _, id := range strings.Fields(c.command("docker", "ps", "-aq", "--filter", "label=mlhook.repo="+c.repo+"/.git")) {
			c.command("docker", "rm", "-f", id)
		}
	})
	return c
}

// command runs a program in the repository and returns what it prints.
func (c *campaign) command(name string, args ...string) string {
	c.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = c.repo, c.env
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// run trains once, kills it so many times, unless it ends before, and checks
// what came out.
func (c *campaign) run(kills int) (killed int) {
	c.t.Helper()
	var r run.Run
	c.decode(c.command(binary, "run", "--json"), &r)
	first := len(c.kills)
	for killed < kills && c.kill(r.Number, killed+1) {
		killed++
	}
	c.command(binary, "watch", strconv.Itoa(r.Number))
	var d run.Detail
	c.decode(c.command(binary, "show", strconv.Itoa(r.Number), "--json"), &d)
	said := c.read(r.Number, "runner.log")
	if d.Verdict != run.Reached || len(d.Trials) != 1 || len(d.Trials[0].Attempts) != killed+1 {
		c.t.Fatalf("run %d was killed %d times and ended %s: %s\n%s", r.Number, killed, d.Verdict, d.Reason, said)
	}
	for i, a := range d.Trials[0].Attempts[1:] {
		k := &c.kills[first+i]
		k.to = a.FromEpoch
		if a.Resume != "" && a.Resume != agent.LevelExact {
			c.t.Errorf("run %d, attempt %d: %s: %s", r.Number, a.N, a.Resume, a.ResumeWhy)
		}
		if k.to < k.from {
			c.t.Errorf("run %d: attempt %d goes on from epoch %d, the one before it did from %d", r.Number, a.N, k.to, k.from)
		}
		if epochs, seconds := k.finished(); epochs > 1 && seconds > 1 {
			c.t.Errorf("run %d: attempt %d repeats %d epochs of %.2f s in all", r.Number, a.N, epochs, seconds)
		}
	}
	if bad := c.glob(r.Number, "trials", "0", "checkpoints", ".bad-*"); len(bad) > 0 || strings.Contains(said, "set aside") {
		c.t.Errorf("run %d: checkpoints were set aside: %v\n%s", r.Number, bad, said)
	}
	c.compare(r.Number, killed+1)
	return killed
}

// compare holds the history and the weights to those of a run that was left alone.
func (c *campaign) compare(number, attempt int) {
	c.t.Helper()
	log := c.read(number, "trials", "0", strconv.Itoa(attempt), "log")
	epochs := "epochs"
	for n := range 41 {
		epochs += " " + strconv.Itoa(n)
	}
	if !strings.Contains(log, epochs+"\n") {
		c.t.Errorf("run %d: not every epoch is there once:\n%s", number, log)
	}
	_, weights, _ := strings.Cut(log, "weights ")
	weights, _, _ = strings.Cut(weights, "\n")
	if c.weights == "" {
		c.weights = weights
	}
	if weights == "" || weights != c.weights {
		c.t.Errorf("run %d: the weights are %s, and %s when it is left alone", number, weights, c.weights)
	}
}

var victims = []string{"trial", "agent", "init", "container"}

// kill kills an attempt some time after it began to train; false when it ended before.
func (c *campaign) kill(number, attempt int) bool {
	c.t.Helper()
	k := kill{victim: victims[c.rng.IntN(len(victims))]}
	delay := time.Duration(c.rng.Float64() * 2.5 * float64(time.Second))
	within := time.Duration(c.rng.IntN(8)) * time.Millisecond
	writing := c.rng.IntN(4) == 0
	c.training(number, attempt, &k)
	if n := len(c.kills); attempt > 2 && c.kills[n-1].to == c.kills[n-2].to {
		c.await("checkpoint", func() bool { // a run that never gets further is given up
			return c.exit(number, attempt) != nil || c.saved(number, attempt)
		})
	}
	time.Sleep(delay)
	if writing {
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end) && !c.half(number); time.Sleep(time.Millisecond) {
		}
		time.Sleep(within)
	}
	trial, shoot := c.aim(k.victim)
	if trial == 0 || c.exit(number, attempt) != nil {
		return false
	}
	k.at = float64(time.Now().UnixMicro()) / 1e6
	shoot()
	c.await("end of the killed trial", func() bool {
		return syscall.Kill(trial, 0) == syscall.ESRCH && (k.victim != "trial" || c.exit(number, attempt) != nil)
	})
	if e := c.exit(number, attempt); e != nil && e.Signal != 9 {
		return false
	}
	k.writing = c.half(number)
	k.trained = c.history(number, attempt)
	c.verify(number)
	c.kills = append(c.kills, k)
	c.t.Logf("run %d, attempt %d: %s killed behind epoch %d", number, attempt, k.victim, k.last().epoch)
	return true
}

// training waits until an attempt trains, by itself or from a checkpoint.
func (c *campaign) training(number, attempt int, k *kill) {
	c.t.Helper()
	c.await(fmt.Sprintf("training in attempt %d of run %d", attempt, number), func() bool {
		asked := c.glob(number, "sessions", "*", "requests", fmt.Sprintf("run-0-%d.json", attempt))
		if len(asked) == 0 {
			return false
		}
		text, err := os.ReadFile(asked[len(asked)-1])
		if err != nil {
			return false
		}
		var r agent.Request
		c.decode(string(text), &r)
		if r.Resume == "" {
			if lines := c.history(number, attempt); len(lines) > 0 {
				k.since = lines[0].time
			}
			return k.since > 0
		}
		for _, e := range c.events(number, attempt) {
			if e.Type == agent.EventResume {
				k.since, k.from = e.Time, e.Epoch
			}
		}
		return k.since > 0
	})
	if n := len(c.kills); attempt > 1 {
		c.kills[n-1].to = k.from
	}
}

// aim finds the process of the trial and the one that is to be killed.
func (c *campaign) aim(victim string) (trial int, shoot func()) {
	c.t.Helper()
	id := strings.TrimSpace(c.command("docker", "ps", "-q", "--filter", "label=mlhook.repo="+c.repo+"/.git"))
	if id == "" {
		return 0, nil
	}
	init, err := strconv.Atoi(strings.TrimSpace(c.command("docker", "inspect", "-f", "{{.State.Pid}}", id)))
	if err != nil {
		c.t.Fatal(err)
	}
	server := child(init)
	trial = child(server)
	pid := map[string]int{"trial": trial, "agent": server, "init": init}[victim]
	if victim == "container" {
		return trial, func() { c.command("docker", "kill", id) }
	}
	return trial, func() { syscall.Kill(pid, syscall.SIGKILL) } // gone by itself: the next look tells
}

// verify holds every checkpoint that is there to its manifest.
func (c *campaign) verify(number int) {
	c.t.Helper()
	for _, dir := range c.glob(number, "trials", "0", "checkpoints") {
		names, err := agent.Checkpoints(dir)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, name := range names {
			if _, err := agent.Verify(dir, name); err != nil {
				c.t.Errorf("run %d: checkpoint %s: %v", number, name, err)
			}
		}
	}
}

// saved tells whether an attempt has written a checkpoint.
func (c *campaign) saved(number, attempt int) bool {
	return slices.ContainsFunc(c.events(number, attempt), func(e agent.Event) bool { return e.Type == agent.EventCheckpoint })
}

// half tells whether there is a checkpoint that is not whole.
func (c *campaign) half(number int) bool {
	return len(c.glob(number, "trials", "0", "checkpoints", ".tmp-[0-9]*")) > 0
}

// exit returns how an attempt ended, nil while it has not.
func (c *campaign) exit(number, attempt int) *agent.Event {
	events := c.events(number, attempt)
	if n := len(events); n > 0 && events[n-1].Type == agent.EventExit {
		return &events[n-1]
	}
	return nil
}

func (c *campaign) events(number, attempt int) []agent.Event {
	events, _, err := agent.ReadEvents(strings.NewReader(c.read(number, "trials", "0", strconv.Itoa(attempt), "events.jsonl")), 0)
	if err != nil {
		c.t.Fatal(err)
	}
	return events
}

// history reads what the script wrote about its epochs.
func (c *campaign) history(number, attempt int) (lines []line) {
	for text := range strings.Lines(c.read(number, "trials", "0", strconv.Itoa(attempt), "tree", "epochs.txt")) {
		var l line
		if _, err := fmt.Sscan(text, &l.epoch, &l.time); err == nil && strings.HasSuffix(text, "\n") {
			lines = append(lines, l)
		}
	}
	return lines
}

// glob looks for files of a run.
func (c *campaign) glob(number int, parts ...string) []string {
	found, err := filepath.Glob(filepath.Join(append([]string{c.state, "repos", "*", "runs", strconv.Itoa(number)}, parts...)...))
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

// read returns the text of a run's file, empty while there is none.
func (c *campaign) read(number int, parts ...string) string {
	for _, name := range c.glob(number, parts...) {
		if text, err := os.ReadFile(name); err == nil {
			return string(text)
		}
	}
	return ""
}

func (c *campaign) decode(text string, into any) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		c.t.Fatalf("%v: %s", err, text)
	}
}

func (c *campaign) await(what string, done func() bool) {
	c.t.Helper()
	for end := time.Now().Add(15 * time.Minute); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("no %s in a quarter of an hour", what)
		}
	}
}
