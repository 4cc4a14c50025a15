//go:build linux

package main

import (
	"path/filepath"
	"slices"
	"time"
)

// processes are the place's.
func (p *place) processes() []process { return processesIn(filepath.Join(p.top, "state")) }

// kill kills the processes of the roles, and tells how many died of it.
func (p *place) kill(roles ...string) (killed int) {
	dead := killIn(filepath.Join(p.top, "state"), roles)
	p.await("end of what was killed", time.Minute, func() bool { return gone(dead) })
	return len(dead)
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
