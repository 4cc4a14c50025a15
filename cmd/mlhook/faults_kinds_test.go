//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/run"
)

// crashes makes runners and supervisors die at journalled steps. Between two
// the run has to get further, else it is rightly given up.
func crashes(p *place) {
	for first := true; !p.done(); first = false {
		role, steps := "runner", []string{"commit", "committed"}
		n := 1 + p.rng.IntN(6)
		switch {
		case first:
			steps = append(steps, "rename", "renamed") // snapshot and program
			n = 1 + p.rng.IntN(2)
		case p.rng.IntN(4) == 0:
			role, n = "supervise", 1+p.rng.IntN(2)
		case p.trialsDone() > p.trials-2:
			steps = append(steps, "rename", "renamed") // the report
			n = 1
		}
		text := fmt.Sprintf("%s %s %d", role, steps[p.rng.IntN(len(steps))], n)
		trials := p.trialsDone()
		p.must(os.WriteFile(p.plan()+".new", []byte(text), 0o644))
		p.must(os.Rename(p.plan()+".new", p.plan()))
		if role == "supervise" {
			p.kill("runner") // something to account for
		}
		struck := func() bool { _, err := os.Stat(p.plan() + ".hit"); return err == nil }
		p.soon(time.Minute, func() bool { return struck() || p.done() || p.trialsDone() > trials+3 })
		os.Remove(p.plan())
		hit := struck()
		os.Remove(p.plan() + ".hit")
		p.fault(hit, "%s, after %d trials", text, trials)
		p.supervised()
		p.advance(max(trials, p.trialsDone()))
	}
}

// kills kills processes at random instants.
func kills(p *place) {
	victims := [][]string{{"runner"}, {"supervise"}, {"agent"}, {"runner", "supervise"}, {"runner", "agent"}, {"runner", "supervise", "agent", "trial"}}
	for !p.done() {
		trials := p.trialsDone()
		roles := victims[p.rng.IntN(len(victims))]
		time.Sleep(time.Duration(p.rng.IntN(600)) * time.Millisecond)
		p.fault(p.kill(roles...) > 0, "kill %v, after %d trials", roles, trials)
		p.supervised()
		p.advance(max(trials, p.trialsDone()))
	}
}

// jumps sets the clock forward or back, as far as anyone can see who begins
// after it: all that was written before is that much older, or in the future.
func jumps(p *place) {
	for !p.done() {
		trials := p.trialsDone()
		time.Sleep(time.Duration(p.rng.IntN(400)) * time.Millisecond)
		by := time.Hour + time.Duration(p.rng.Int64N(int64(400*24*time.Hour)))
		if p.rng.IntN(2) == 0 {
			by = -by
		}
		p.soon(20*time.Second, func() bool { return p.done() || p.lives("runner") })
		p.kill("runner", "supervise")
		shifted := p.shift(by)
		p.hook()
		hit := !shifted.IsZero() && p.soon(time.Minute, func() bool {
			rec := p.recovery()
			return p.done() || !rec.Started.Equal(shifted)
		})
		p.fault(hit, "the clock jumped by %v, after %d trials", -by, trials)
		p.advance(max(trials, p.trialsDone()))
	}
}

func (p *place) recovery() run.Recovery {
	journal := p.open()
	defer journal.Close()
	rec, err := journal.Recovery(context.Background(), 1)
	p.must(err)
	return rec
}

// shift moves all times of the journal and of the files, and returns the one
// by which the next supervisor judges the death of the runner.
func (p *place) shift(by time.Duration) time.Time {
	journal := p.open()
	rec, err := journal.Recovery(context.Background(), 1)
	p.must(err)
	if rec.Started.IsZero() {
		journal.Close()
		return rec.Started
	}
	rec.Started, rec.NotBefore = rec.Started.Add(by), rec.NotBefore.Add(by)
	for i := range rec.Failures {
		rec.Failures[i].At = rec.Failures[i].At.Add(by)
	}
	p.must(journal.PutRecovery(context.Background(), 1, rec))
	_, err = journal.Change(context.Background(), 1, func(r *run.Run) {
		r.Queued = r.Queued.Add(by)
		if r.Started != nil {
			at := r.Started.Add(by)
			r.Started = &at
		}
	})
	p.must(err)
	journal.Close()
	for _, dir := range []string{p.state(), p.repo.Dir()} {
		filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if err == nil {
				if info, err := d.Info(); err == nil {
					os.Chtimes(name, info.ModTime().Add(by), info.ModTime().Add(by)) // what went meanwhile has none
				}
			}
			return nil
		})
	}
	return rec.Started
}

// fills fills the disk until somebody said so, and makes room again.
func fills(p *place) {
	for !p.done() {
		trials := p.trialsDone()
		time.Sleep(time.Duration(p.rng.IntN(1000)) * time.Millisecond)
		before := len(p.said("No space left", "no space left", "disk is full", "MB left that training needs"))
		file := filepath.Join(p.top, "filling")
		exec.Command("fallocate", "-l", "1100M", file).Run() // the rest follows
		if f, err := os.OpenFile(file+".rest", os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			for _, size := range []int{1 << 20, 1 << 12, 1} {
				for block := make([]byte, size); ; {
					if _, err := f.Write(block); err != nil {
						break
					}
				}
			}
			f.Close()
		}
		// Who waits for the disk in silence goes on doing so: those who speak do it soon.
		hit := p.soon(3*time.Second, func() bool {
			return len(p.said("No space left", "no space left", "disk is full", "MB left that training needs")) > before
		})
		time.Sleep(time.Duration(p.rng.IntN(1000)) * time.Millisecond)
		os.Remove(file)
		os.Remove(file + ".rest")
		p.fault(hit, "the disk was full, after %d trials", trials)
		p.supervised()
		p.advance(max(trials, p.trialsDone()))
	}
}

// said collects the lines in which anyone says one of the signs.
func (p *place) said(signs ...string) (lines []string) {
	files, err := filepath.Glob(p.run("trials", "*", "*", "*"))
	p.must(err)
	outputs, err := filepath.Glob(p.run("sessions", "*", "output"))
	p.must(err)
	files = append(append(files, outputs...), p.run("runner.log"), p.run("runner.err"), p.state("log"))
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // a directory, or gone
		}
		for line := range strings.Lines(string(text)) {
			for _, sign := range signs {
				if strings.Contains(line, sign) {
					lines = append(lines, line)
					break
				}
			}
		}
	}
	return lines
}

// remounts makes the filesystem read-only under whoever starts next.
func remounts(p *place) {
	for !p.done() {
		trials := p.trialsDone()
		time.Sleep(time.Duration(p.rng.IntN(600)) * time.Millisecond)
		p.killAll()
		if !p.soon(10*time.Second, func() bool { return exec.Command("mount", "-o", "remount,ro", p.top).Run() == nil }) {
			p.fatal("somebody still writes: %v", p.processes())
		}
		hit := true
		for _, args := range [][]string{{"supervise"}, {"run"}} {
			cmd := exec.Command(binary, args...)
			cmd.Dir, cmd.Env = filepath.Join(p.top, "repo"), p.env
			out, err := cmd.CombinedOutput()
			text := string(out)
			hit = hit && err != nil && (strings.Contains(text, "read-only") || strings.Contains(text, "readonly"))
			if err == nil {
				p.complain("mlhook %v on a read-only disk is well: %s", args, text)
			}
		}
		p.must(exec.Command("mount", "-o", "remount,rw", p.top).Run())
		p.fault(hit, "the disk was read-only, after %d trials", trials)
		p.hook()
		p.advance(max(trials, p.trialsDone()))
	}
}

// A spoiler changes a file's text so that it differs.
type spoiler func(p *place, text []byte) []byte

func cut(p *place, text []byte) []byte { return text[:p.rng.IntN(len(text))] }

func flip(p *place, text []byte) []byte {
	bit := p.rng.IntN(8 * len(text))
	text[bit/8] ^= 1 << (bit % 8)
	return text
}

// orders spoils the order of the commit before anyone reads it, and further
// ones of the same commit while it is trained.
func orders(spoil spoiler) func(p *place) {
	return func(p *place) {
		dir := filepath.Join(p.repo.Dir(), "queue")
		names, err := filepath.Glob(filepath.Join(dir, "new", "*.*"))
		p.must(err)
		if len(names) != 1 {
			p.fatal("the hook left %v", names)
		}
		whole, err := os.ReadFile(names[0])
		p.must(err)
		old := time.Now().Add(-time.Hour)
		for n := range 6 {
			name := names[0]
			if n > 0 {
				name += fmt.Sprint(n)
				time.Sleep(time.Duration(p.rng.IntN(500)) * time.Millisecond)
			}
			file := filepath.Join(dir, "tmp", filepath.Base(name))
			p.must(os.WriteFile(file, spoil(p, append([]byte(nil), whole...)), 0o644))
			p.must(os.Chtimes(file, old, old))
			sum := hash(file)
			p.must(os.Rename(file, name))
			if n == 0 {
				p.hook()
			}
			aside := filepath.Join(dir, "bad-"+filepath.Base(name))
			gone := func() bool { _, err := os.Stat(name); return err != nil }
			p.soon(40*time.Second, gone)
			p.fault(gone() && hash(aside) == sum && sum != hash(names[0]), "%s", filepath.Base(name))
			if gone() && hash(aside) == "" {
				p.corrupt++
				p.complain("the damaged order %s was believed", name)
			}
		}
	}
}

// checkpoints kills all and spoils the two newest checkpoints, three times; the run
// has to go on from the third.
func checkpoints(spoil spoiler) func(p *place) {
	return func(p *place) {
		dir := p.run("trials", agent.CheckpointDir(0))
		for seen := ""; ; {
			fresh := func() bool {
				names, err := agent.Checkpoints(dir)
				p.must(err)
				return len(names) > 2 && newer(names[2], seen)
			}
			p.await("checkpoints", 5*time.Minute, func() bool { return p.done() || fresh() })
			p.killAll()
			if p.done() || p.injected == 6 {
				p.hook()
				return
			}
			names, err := agent.Checkpoints(dir)
			p.must(err)
			var files []string
			for _, name := range names[:2] {
				file := p.victim(filepath.Join(dir, name))
				text, err := os.ReadFile(file)
				p.must(err)
				was := hash(file)
				p.must(os.WriteFile(file, spoil(p, text), 0o644))
				if p.bad[name] = hash(file); p.bad[name] == was {
					p.fatal("%s was not spoiled", file)
				}
				files = append(files, file)
			}
			seen = names[0]
			p.hook()
			p.await("the next attempt", 2*time.Minute, func() bool {
				next, err := agent.Checkpoints(dir)
				p.must(err)
				return p.done() || len(next) > 0 && newer(next[0], seen)
			})
			for i, file := range files {
				aside := filepath.Join(dir, ".bad-"+names[i], filepath.Base(file))
				p.fault(hash(aside) == p.bad[names[i]], "%s of checkpoint %s", filepath.Base(file), names[i])
			}
		}
	}
}

// victim picks a file of a checkpoint.
func (p *place) victim(dir string) string {
	entries, err := os.ReadDir(dir)
	p.must(err)
	return filepath.Join(dir, entries[p.rng.IntN(len(entries))].Name())
}

// newer compares the names of checkpoints by attempt and number.
func newer(a, b string) bool {
	var epoch, attempt, k, epochB, attemptB, kB int
	fmt.Sscanf(a, "%d-%d-%d", &epoch, &attempt, &k)
	fmt.Sscanf(b, "%d-%d-%d", &epochB, &attemptB, &kB)
	return attempt > attemptB || attempt == attemptB && k > kB
}
