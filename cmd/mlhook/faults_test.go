//go:build linux

package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaults injects faults into whole runs, several into each, and holds every
// run to the verdict and the trials of one that was left alone. A fault counts
// only when it is proven to have hit. What is proven, of each kind:
//
//	crash       the process that was to die at a journalled step left its mark and is gone
//	kill        the process lived, was sent SIGKILL and is gone
//	clock       the next processes read times in the journal that the jump put there
//	full disk   somebody said ENOSPC, or the run waits for the disk
//	read-only   the supervisor and the command line said EROFS
//	order cut, order bit, checkpoint cut, checkpoint bit
//	            the file was set aside, and its hash is not the one that was written
//	engine      dockerd was killed or ended, and the container with it
//	events      the wire to Docker was cut while an answer was awaited, and the container died behind
//
// A process of the user's script that is killed alone is none of them: it cannot
// be told from one that the kernel kills for want of memory, and is treated so.
//
// A slice of 100 belongs to the ordinary tests. The whole campaign, and one that
// is to be played again:
//
//	MLHOOK_TEST_FAULTS=1000 go test -v -timeout 60m -run TestFaults ./cmd/mlhook
//	MLHOOK_TEST_FAULTS=1000 MLHOOK_TEST_SEED=7 go test -v -timeout 60m -run TestFaults/kill ./cmd/mlhook
//
// The seed settles what is injected, where and in which order.
func TestFaults(t *testing.T) {
	t.Parallel()
	c := &faults{t: t, python: localPython(t), seed: number("MLHOOK_TEST_SEED", 1), baselines: map[string]*baseline{},
		lanes: make(chan struct{}, number("MLHOOK_TEST_LANES", 5))}
	total := number("MLHOOK_TEST_FAULTS", slice)
	t.Cleanup(func() { c.own.close(t) })
	t.Cleanup(func() { t.Logf("seed %d\n%s", c.seed, c.table()) })
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			if why := k.needs(); why != "" {
				missing(t, why)
			}
			t.Parallel()
			c.kind(t, k, (total*k.share+99)/100)
		})
	}
}

// slice is how many faults the ordinary tests inject.
const slice = 100

// A kind of fault, and the runs that it is injected into.
type kind struct {
	name   string
	share  int // of all faults, in percent
	script string
	trials int
	// parallel is how many trials may train at once; 0 is what this machine bears.
	parallel int

	engine string
	disk   bool // on a filesystem of its own
	held   bool // no supervisor is started by the commit
	wires  bool // the machine's engine behind a wire
	breaks bool // an engine of the test's own, one run at a time
	needs  func() string
	inject func(p *place)
}

func nothingMore() string { return "" }

func root() string {
	if os.Getuid() != 0 {
		return "only root may mount a filesystem"
	}
	return ""
}

var kinds = []kind{
	{name: "crash", share: 20, script: "quick", trials: 12, engine: "local", needs: nothingMore, inject: crashes},
	{name: "crash, two at once", share: 8, script: "quick", trials: 12, parallel: 2, engine: "local", needs: nothingMore, inject: crashes},
	{name: "kill", share: 12, script: "quick", trials: 12, engine: "local", needs: nothingMore, inject: kills},
	{name: "kill, two at once", share: 6, script: "quick", trials: 12, parallel: 2, engine: "local", needs: nothingMore, inject: kills},
	{name: "clock", share: 6, script: "quick", trials: 12, engine: "local", needs: nothingMore, inject: jumps},
	{name: "full disk", share: 6, script: "quick", trials: 12, engine: "local", disk: true, needs: root, inject: fills},
	{name: "read-only", share: 6, script: "quick", trials: 12, engine: "local", disk: true, needs: root, inject: remounts},
	{name: "order cut", share: 6, script: "quick", trials: 4, engine: "local", held: true, needs: nothingMore, inject: orders(cut)},
	{name: "order bit", share: 6, script: "quick", trials: 4, engine: "local", held: true, needs: nothingMore, inject: orders(flip)},
	{name: "checkpoint cut", share: 6, script: "epochs", trials: 1, engine: "local", needs: nothingMore, inject: checkpoints(cut)},
	{name: "checkpoint bit", share: 6, script: "epochs", trials: 1, engine: "local", needs: nothingMore, inject: checkpoints(flip)},
	{name: "events", share: 6, script: "quick", trials: 4, engine: "docker", wires: true, needs: docker, inject: drops},
	{name: "engine", share: 6, script: "quick", trials: 4, engine: "docker", breaks: true, needs: docker, inject: restarts},
}

// faults is the campaign.
type faults struct {
	t      *testing.T
	python string
	seed   int
	lanes  chan struct{} // how many runs may be under way at once

	own ownEngine

	mu        sync.Mutex
	rows      []row
	baselines map[string]*baseline
}

// A row of the table: what came of a kind.
type row struct {
	kind                                                               string
	injected, hit, runs, lost, duplicate, corrupt, touched, leftBehind int
	seconds                                                            float64
}

// A baseline is the outcome of a run that was left alone.
type baseline struct {
	once sync.Once
	want result
}

// left runs a script without faults, once.
func (c *faults) left(k kind) result {
	c.mu.Lock()
	name := fmt.Sprint(k.script, k.engine, k.trials, k.parallel)
	b := c.baselines[name]
	if b == nil {
		b = &baseline{}
		c.baselines[name] = b
	}
	c.mu.Unlock()
	b.once.Do(func() {
		k.name, k.inject, k.disk, k.held, k.wires, k.breaks = "alone", func(*place) {}, false, false, false, false
		p := c.round(k, 0, nil)
		if p.failure == "" {
			b.want = p.got
		}
	})
	return b.want
}

// kind does runs until so many faults have hit, a few at a time.
func (c *faults) kind(t *testing.T, k kind, quota int) {
	workers, next := min(3, 1+quota/8), 0
	if k.breaks {
		workers = 1
		if err := c.own.open(); err != nil {
			t.Fatal(err)
		}
	}
	want := c.left(k)
	if want.verdict == "" {
		t.Fatal("the run without faults reached no verdict")
	}
	begun := time.Now()
	sum := row{kind: k.name}
	var lock sync.Mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				lock.Lock()
				n, enough := next, sum.hit >= quota || sum.lost > 3 || next > 2*quota
				next++
				lock.Unlock()
				if enough {
					return
				}
				p := c.round(k, n, &want)
				lock.Lock()
				sum.add(p)
				t.Logf("run %d: %d of %d hit, %d so far", n, p.hit, p.injected, sum.hit)
				lock.Unlock()
				if p.failure != "" {
					t.Errorf("%s, run %d: %s", k.name, n, p.failure)
				}
			}
		})
	}
	group.Wait()
	sum.seconds = time.Since(begun).Seconds()
	if sum.hit < quota {
		t.Errorf("%s: %d faults hit, %d are wanted", k.name, sum.hit, quota)
	}
	c.mu.Lock()
	c.rows = append(c.rows, sum)
	c.mu.Unlock()
}

func (r *row) add(p *place) {
	r.runs++
	r.injected += p.injected
	r.hit += p.hit
	r.lost += p.lost
	r.duplicate += p.duplicate
	r.corrupt += p.corrupt
	r.touched += p.touched
	r.leftBehind += p.leftBehind
}

// round is one run with its faults.
func (c *faults) round(k kind, n int, want *result) (p *place) {
	c.lanes <- struct{}{}
	defer func() { <-c.lanes }()
	h := fnv.New64a()
	h.Write([]byte(k.name))
	p = &place{kind: k, python: c.python, own: &c.own, rng: rand.New(rand.NewPCG(uint64(c.seed)^h.Sum64(), uint64(n))), bad: map[string]string{}}
	defer func() {
		if err := recover(); err != nil {
			give, ok := err.(giveUp)
			if !ok {
				panic(err)
			}
			p.failure = string(give)
			p.lost++
		}
		if p.failure != "" {
			p.failure += "\n" + p.story()
		}
		p.clear()
	}()
	p.make(c.t)
	p.commit()
	k.inject(p)
	p.await("the verdict", 10*time.Minute, p.done)
	p.check(want)
	return p
}

// table shows what came of all kinds.
func (c *faults) table() string {
	var b strings.Builder
	line := func(r row) {
		fmt.Fprintf(&b, "%-15s %8d %6d %6d %6d %10d %8d %8d %7d %8.0f\n", r.kind, r.injected, r.hit, r.runs, r.lost, r.duplicate, r.corrupt, r.touched, r.leftBehind, r.seconds)
	}
	fmt.Fprintf(&b, "%-15s %8s %6s %6s %6s %10s %8s %8s %7s %8s\n", "kind", "injected", "hit", "runs", "lost", "duplicate", "corrupt", "touched", "left", "seconds")
	all := row{kind: "all"}
	for _, r := range c.rows {
		line(r)
		all.injected, all.hit, all.runs, all.lost = all.injected+r.injected, all.hit+r.hit, all.runs+r.runs, all.lost+r.lost
		all.duplicate, all.corrupt, all.touched = all.duplicate+r.duplicate, all.corrupt+r.corrupt, all.touched+r.touched
		all.leftBehind, all.seconds = all.leftBehind+r.leftBehind, max(all.seconds, r.seconds)
	}
	line(all)
	return b.String()
}
