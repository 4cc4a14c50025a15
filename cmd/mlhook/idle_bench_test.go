//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkIdle measures a supervisor that has nothing to do for ten
// repositories, over a minute: what it costs to have mlhook installed. Run it
// with -benchtime 1x.
func BenchmarkIdle(b *testing.B) {
	dir := b.TempDir()
	state := filepath.Join(dir, "state")
	b.Setenv("XDG_STATE_HOME", state)
	b.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	b.Setenv("PATH", filepath.Dir(binary)+":"+os.Getenv("PATH"))
	for n := range 10 {
		sh(b, "cd %s && git init -q r%d && cd r%d && git config mlhook.engine local && mlhook install", dir, n, n)
	}
	pid := 0
	for ; pid == 0; time.Sleep(50 * time.Millisecond) {
		pid = alivePID(filepath.Join(state, "mlhook"))
	}
	defer syscall.Kill(pid, syscall.SIGTERM)
	time.Sleep(5 * time.Second) // the last install is looked at
	for b.Loop() {
		cpu, wakeups := cpuOf(b, pid), wakeupsOf(b, pid)
		time.Sleep(time.Minute)
		b.ReportMetric((cpuOf(b, pid)-cpu)/60*100, "%cpu")
		b.ReportMetric(wakeupsOf(b, pid)-wakeups, "wakeups/min")
		b.ReportMetric(field(b, fmt.Sprintf("/proc/%d/status", pid), "VmRSS")/1024, "MB-rss")
		b.ReportMetric(field(b, fmt.Sprintf("/proc/%d/status", pid), "RssAnon")/1024, "MB-anon")
	}
	b.ReportMetric(0, "ns/op")
}

// cpuOf is the processor time of a process so far, in seconds: nanoseconds
// from the scheduler, since a clock tick would be a sixth of the goal.
func cpuOf(b *testing.B, pid int) (seconds float64) {
	b.Helper()
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, name := range tasks {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		ns, _ := strconv.ParseFloat(strings.Fields(string(text))[0], 64) // a number, by the kernel
		seconds += ns / 1e9
	}
	return seconds
}

// wakeupsOf counts how often the threads of a process went to sleep.
func wakeupsOf(b *testing.B, pid int) (n float64) {
	b.Helper()
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, name := range tasks {
		n += field(b, name, "voluntary_ctxt_switches")
	}
	return n
}

// field reads a number out of a status file of /proc.
func field(b *testing.B, file, name string) float64 {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^` + name + `:\s+([0-9]+)`).FindSubmatch(text)
	if m == nil {
		b.Fatalf("%s has no %s", file, name)
	}
	n, _ := strconv.ParseFloat(string(m[1]), 64) // digits, by the pattern
	return n
}

// BenchmarkManyTrials measures what commands cost with ten thousand trials in
// the journal: in 500 runs of 20, and in a single run.
func BenchmarkManyTrials(b *testing.B) {
	for _, shape := range []struct{ runs, trials int }{{500, 20}, {1, 10000}} {
		repo := journalled(b, shape.runs, shape.trials)
		for _, command := range []string{"status", "runs", "show", "status --json", "runs --json", "show --json"} {
			b.Run(fmt.Sprintf("%dx%d/%s", shape.runs, shape.trials, command), func(b *testing.B) {
				var cpu time.Duration
				for b.Loop() {
					cmd := exec.Command(binary, append(strings.Fields(command), "--repo", repo)...)
					if out, err := cmd.CombinedOutput(); err != nil {
						b.Fatalf("%v\n%s", err, out)
					}
					cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
				}
				b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "ms-cpu")
			})
		}
	}
}
