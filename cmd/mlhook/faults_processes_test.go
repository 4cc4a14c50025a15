//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is one of the place's.
type process struct {
	pid, parent int
	role        string // supervise, runner, agent, trial
}

// processes lists all that carry the place's environment and are no zombies.
func (p *place) processes() (all []process) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	p.must(err)
	mark := "XDG_STATE_HOME=" + p.top + "/state\x00"
	for _, dir := range dirs {
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !strings.Contains(string(environ), mark) {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		command, cerr := os.ReadFile(filepath.Join(dir, "cmdline"))
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
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

// kill kills the processes of the roles, and tells how many died of it.
func (p *place) kill(roles ...string) (killed int) {
	var pids []int
	for _, q := range p.processes() {
		if slices.Contains(roles, q.role) && syscall.Kill(q.pid, syscall.SIGKILL) == nil {
			pids = append(pids, q.pid)
		}
	}
	p.await("end of what was killed", time.Minute, func() bool {
		return !slices.ContainsFunc(p.processes(), func(q process) bool { return slices.Contains(pids, q.pid) })
	})
	return len(pids)
}

// killAll kills whatever there is, also what is being started meanwhile.
func (p *place) killAll() {
	p.await("end of all processes", time.Minute, func() bool {
		return p.kill("supervise", "runner", "agent", "trial") == 0 && len(p.processes()) == 0
	})
}

// lives tells whether there is a process of a role.
func (p *place) lives(role string) bool {
	return slices.ContainsFunc(p.processes(), func(q process) bool { return q.role == role })
}

// supervised makes sure that a supervisor lives: it is started again by the
// runner, and where there is none by the next commit or login.
func (p *place) supervised() {
	if !p.lives("runner") || !p.soon(10*time.Second, func() bool { return p.lives("supervise") }) {
		p.hook()
	}
}
