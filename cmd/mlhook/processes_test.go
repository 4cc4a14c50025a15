//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A process is one of mlhook.
type process struct {
	pid, parent int
	role        string // supervise, runner, agent, trial
}

// processesIn lists all that have this XDG_STATE_HOME and are no zombies; none
// where there is no /proc.
func processesIn(state string) (all []process) {
	dirs, _ := filepath.Glob("/proc/[0-9]*") // no error with this pattern
	mark := "XDG_STATE_HOME=" + state + "\x00"
	for _, dir := range dirs {
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !strings.Contains(string(environ), mark) {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		command, cerr := os.ReadFile(filepath.Join(dir, "cmdline"))
		fields := behindName(stat)
		words := strings.Split(string(command), "\x00")
		if err != nil || cerr != nil || len(fields) < 2 || fields[0] == "Z" || len(words) < 2 {
			continue
		}
		q := process{role: words[1]}
		q.pid, _ = strconv.Atoi(filepath.Base(dir)) // digits, by the pattern
		q.parent, _ = strconv.Atoi(fields[1])
		if slices.Contains(words, "--requests") {
			q.role = "agent"
		}
		all = append(all, q)
	}
	for i, q := range all {
		if q.role == "agent" && slices.ContainsFunc(all, func(o process) bool { return o.pid == q.parent && o.role != "runner" }) {
			all[i].role = "trial"
		}
	}
	return all
}

// behindName returns the fields of a stat file from the third, the state, on: the
// name before them may hold spaces.
func behindName(stat []byte) []string {
	return strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
}

// killIn kills the processes of the roles at once, before one of them can start
// another again, and returns them.
func killIn(state string, roles []string) (killed []process) {
	for _, q := range processesIn(state) {
		if slices.Contains(roles, q.role) && syscall.Kill(q.pid, syscall.SIGKILL) == nil {
			killed = append(killed, q)
		}
	}
	return killed
}

// gone tells whether every thread of those that were killed has ended, zombies
// aside: until then they hold their files, and with them their locks, though
// their memory and environment may be gone before.
func gone(killed []process) bool {
	for _, q := range killed {
		stats, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", q.pid)) // no error with this pattern
		for _, name := range stats {
			stat, _ := os.ReadFile(name) // none when it ended in between
			if fields := behindName(stat); len(fields) > 0 && fields[0] != "Z" {
				return false
			}
		}
	}
	return true
}
