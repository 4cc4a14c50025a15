//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A place is a user with one repository and one commit, and what came of it.
type place struct {
	kind
	python string
	rng    *rand.Rand
	top    string
	env    []string
	image  string // the filesystem of its own, empty for none
	host   string // where the engine listens
	own    *ownEngine
	wire   *wire
	repo   store.Repository
	before string            // the user's tree, index and HEAD
	bad    map[string]string // what was corrupted, to the hash it had
	told   []string          // the faults

	injected, hit, lost, duplicate, corrupt, touched, leftBehind int
	failure                                                      string
	got                                                          result
}

// giveUp ends a round.
type giveUp string

func (p *place) fatal(format string, args ...any) { panic(giveUp(fmt.Sprintf(format, args...))) }

func (p *place) must(err error) {
	if err != nil {
		p.fatal("%v", err)
	}
}

// A result is what has to be the same with faults and without.
type result struct {
	verdict run.Verdict
	best    int
	trials  string
}

// make sets the repository up, with the hook, on a filesystem of its own where
// the kind wants one. Nothing in a commit's hash differs from place to place.
func (p *place) make(t *testing.T) {
	dir, err := os.MkdirTemp("", "mlhook-faults-")
	p.must(err)
	p.top = dir
	if p.disk {
		p.image = dir + ".img"
		p.sh("truncate -s 1200M %s && mkfs.ext4 -q -m 0 %s && mount -o loop %s %s", p.image, p.image, p.image, p.top)
	}
	repo := filepath.Join(p.top, "repo")
	p.env = append(os.Environ(), "HOME="+p.top, "XDG_STATE_HOME="+p.top+"/state", "XDG_CACHE_HOME="+p.top+"/cache", "GIT_CONFIG_NOSYSTEM=1", "MLHOOK=", "CI=",
		"PATH="+filepath.Dir(p.python)+":/usr/bin:/bin", "MLHOOK_CRASH="+p.plan(), "GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@localhost", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@localhost", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z", "DBUS_SESSION_BUS_ADDRESS=")
	if p.engine == "docker" {
		p.dock()
	}
	p.must(os.MkdirAll(repo, 0o755))
	text, err := os.ReadFile(filepath.Join("testdata", "faults", p.script+".py"))
	p.must(err)
	p.must(os.WriteFile(filepath.Join(repo, "train.py"), text, 0o644))
	p.sh("git init -q -b main && git config mlhook.engine %s && git config mlhook.python %s && git config mlhook.target 0.9999 && git config mlhook.trials %d && git config mlhook.parallel %d && git config mlhook.allow number",
		p.engine, p.python, p.trials, p.parallel)
	if p.engine == "docker" {
		p.sh("git config mlhook.image %s && git config mlhook.network none", faultsImage())
	}
	p.sh("%s install && git add train.py", binary)
	state := store.State(filepath.Join(p.top, "state", "mlhook"))
	repo, err = filepath.EvalSymlinks(repo)
	p.must(err)
	r, _, err := state.Repository(filepath.Join(repo, ".git"))
	p.must(err)
	p.repo = r
}

// dock says where the engine is. The trials' user has to come by.
func (p *place) dock() {
	p.must(os.Chmod(p.top, 0o755))
	p.host = machineEngine
	if p.breaks {
		p.host = p.own.host()
	}
	host := p.host
	if p.wires {
		p.wire = p.wired()
		host = "unix://" + filepath.Join(p.top, "docker.sock")
	}
	p.env = append(p.env, "DOCKER_HOST="+host)
}

// commit commits, which starts a supervisor unless one seems to live.
func (p *place) commit() {
	if p.held {
		p.kill("supervise") // started by install
		stat, err := os.ReadFile("/proc/self/stat")
		p.must(err)
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
		p.must(err)
		p.must(os.WriteFile(p.state("supervisor.alive"), fmt.Appendf(nil, "%d %s %s", os.Getpid(), fields[19], boot), 0o644))
	}
	p.sh("git commit -qm first")
	p.before = p.tree()
}

// tree identifies what is the user's own.
func (p *place) tree() string {
	return p.sh("git status --porcelain --ignored; git rev-parse HEAD; git write-tree; cat train.py .git/HEAD; ls -a")
}

// sh runs a shell line as the user, in the repository where there is one.
func (p *place) sh(line string, args ...any) string {
	cmd := exec.Command("sh", "-ec", fmt.Sprintf(line, args...))
	cmd.Env = p.env
	if repo := filepath.Join(p.top, "repo"); len(p.env) > 0 {
		cmd.Dir = repo
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.fatal("%s: %v\n%s", cmd.Args[2], err, out)
	}
	return string(out)
}

// hook is the next commit or login: it starts the supervisor where none lives.
func (p *place) hook() { p.sh("%s hook", binary) }

func (p *place) plan() string { return filepath.Join(p.top, "plan") }

// state and run are paths of mlhook's own.
func (p *place) state(parts ...string) string {
	return filepath.Join(append([]string{p.top, "state", "mlhook"}, parts...)...)
}

func (p *place) run(parts ...string) string {
	return p.state(append([]string{"repos", p.repo.ID, "runs", "1"}, parts...)...)
}

// open opens the journal, as `mlhook show` would.
func (p *place) open() *store.Journal {
	var journal *store.Journal
	var err error
	for range 200 {
		if journal, err = store.Open(context.Background(), p.repo.Dir()); err == nil {
			return journal
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.fatal("open the journal: %v", err)
	return nil
}

// detail is the run as journalled; the zero value while it is not.
func (p *place) detail() run.Detail {
	journal := p.open()
	defer journal.Close()
	d, err := journal.Detail(context.Background(), 1)
	if errors.Is(err, store.ErrNoRun) {
		return run.Detail{}
	}
	p.must(err)
	return d
}

func (p *place) done() bool { return p.detail().State == run.Done }

func (p *place) trialsDone() int { return p.detail().TrialsDone }

// advance waits until the run has come further than so many trials.
func (p *place) advance(trials int) {
	p.await(fmt.Sprintf("end of trial %d", trials), 10*time.Minute, func() bool {
		d := p.detail()
		return d.TrialsDone > trials || d.State == run.Done
	})
}

func (p *place) await(what string, patience time.Duration, done func() bool) {
	if !p.soon(patience, done) {
		p.fatal("no %s in %v", what, patience)
	}
}

// soon waits for something that may not come.
func (p *place) soon(patience time.Duration, done func() bool) bool {
	for end := time.Now().Add(patience); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// fault notes that a fault was injected.
func (p *place) fault(hit bool, format string, args ...any) {
	p.injected++
	word := "missed"
	if hit {
		p.hit++
		word = "hit"
	}
	p.told = append(p.told, fmt.Sprintf("%s %s: %s", time.Now().Format("15:04:05.000"), word, fmt.Sprintf(format, args...)))
}

// check holds the run to what it has to be.
func (p *place) check(want *result) {
	journal := p.open()
	runs, err := journal.Runs(context.Background(), 0)
	journal.Close()
	p.must(err)
	d := p.detail()
	p.got = result{verdict: d.Verdict, best: -1}
	if d.Best != nil {
		p.got.best = *d.Best
	}
	for _, t := range d.Trials {
		text, err := json.Marshal([]any{t.N, t.State, t.Value, t.Parent, t.Start, t.Seed, t.Why, t.Error, t.Values, t.Tweak})
		p.must(err)
		p.got.trials += string(text) + "\n"
		if n := p.completed(t.N); n != 1 {
			p.duplicate++
			p.complain("trial %d was completed %d times", t.N, n)
		}
	}
	if want != nil && p.got != *want {
		p.lost++
		p.complain("it ended %s (%s), best %d:\n%s\nleft alone %s, best %d:\n%s", d.Verdict, d.Reason, p.got.best, p.got.trials, want.verdict, want.best, want.trials)
	}
	if len(runs) != 1 || strings.TrimSpace(p.sh("git rev-parse HEAD")) != d.Commit || d.Branch != "main" {
		p.corrupt++
		p.complain("there are %d runs, the last of commit %s, branch %q", len(runs), d.Commit, d.Branch)
	}
	p.checkResumed(d)
	if p.tree() != p.before {
		p.touched++
		p.complain("the user's tree was %q and is %q", p.before, p.tree())
	}
	if p.engine == "docker" {
		if out, err := exec.Command("docker", "-H", p.host, "ps", "-aq", "--filter", "label=mlhook.repo="+p.repo.Common).Output(); err != nil || len(out) > 0 {
			p.leftBehind++
			p.complain("containers left behind: %s %v", out, err)
		}
	}
	p.sh("%s uninstall", binary)
	if !p.soon(30*time.Second, func() bool { return len(p.processes()) == 0 }) {
		p.leftBehind++
		p.complain("left behind: %v", p.processes())
	}
}

// checkResumed looks for attempts that went on from a corrupted checkpoint.
func (p *place) checkResumed(d run.Detail) {
	names, err := filepath.Glob(p.run("sessions", "*", "requests", "run-*.json"))
	p.must(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // pruned meanwhile
		}
		p.must(err)
		var r agent.Request
		p.must(json.Unmarshal(text, &r))
		if _, bad := p.bad[r.Resume]; bad && r.Resume != "" {
			p.corrupt++
			p.complain("%s goes on from the corrupted checkpoint %s", name, r.Resume)
		}
	}
}

// completed counts the attempts of a trial that ran to their end.
func (p *place) completed(trial int) (n int) {
	names, err := filepath.Glob(p.run("trials", strconv.Itoa(trial), "*", "events.jsonl"))
	p.must(err)
	for _, name := range names {
		f, err := os.Open(name)
		p.must(err)
		events, _, err := agent.ReadEvents(f, 0)
		f.Close()
		p.must(err)
		if len(events) > 0 {
			if last := events[len(events)-1]; last.Type == agent.EventExit && last.Code != nil && *last.Code == 0 && !last.Quit {
				n++
			}
		}
	}
	return n
}

func (p *place) complain(format string, args ...any) {
	p.failure = strings.TrimSpace(p.failure + "\n" + fmt.Sprintf(format, args...))
}

// story is what led to a failure.
func (p *place) story() string {
	text := strings.Join(p.told, "\n")
	for _, name := range []string{p.run("runner.log"), p.run("runner.err"), p.state("log")} {
		if log, err := os.ReadFile(name); err == nil {
			text += "\n--- " + filepath.Base(name) + "\n" + string(log[max(0, len(log)-6000):])
		}
	}
	return text
}

// clear removes the place, after a failure too.
func (p *place) clear() {
	for _, q := range p.processes() {
		syscall.Kill(q.pid, syscall.SIGKILL)
	}
	if p.wire != nil {
		p.wire.listener.Close()
	}
	if p.engine == "docker" {
		exec.Command("sh", "-c", "docker -H "+p.host+" ps -aq --filter label=mlhook.repo="+p.repo.Common+" | xargs -r docker -H "+p.host+" rm -f").Run()
	}
	if p.image != "" {
		for range 50 {
			if exec.Command("umount", p.top).Run() == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		os.Remove(p.image)
	}
	os.RemoveAll(p.top)
}

func hash(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}
