package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// meanLife is the mean time between two kills.
const meanLife = 2 * time.Second

// kill kills, at random times until the context ends, one of the processes whose
// command line names the directory: the runner, the agent, a trial. It returns
// how many it has killed. The system has to have /proc.
func kill(ctx context.Context, dir string, seed int) (kills int) {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	for {
		select {
		case <-ctx.Done():
			return kills
		case <-time.After(time.Duration(rng.ExpFloat64() * float64(meanLife))):
		}
		pids := naming(dir)
		if len(pids) == 0 {
			continue
		}
		if p, err := os.FindProcess(pids[rng.IntN(len(pids))]); err == nil && p.Kill() == nil {
			kills++
		}
	}
}

// naming lists the processes whose command line names a directory.
func naming(dir string) (pids []int) {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	for _, line := range lines {
		text, err := os.ReadFile(line)
		if err != nil || !bytes.Contains(text, []byte(dir+string(filepath.Separator))) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
