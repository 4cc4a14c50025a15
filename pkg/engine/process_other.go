//go:build !unix

package engine

import "os/exec"

// detachable tells whether processes can outlive the runner here.
func detachable() error {
	return &Unavailable{"local", "the local engine needs Linux or macOS", "start Docker Desktop and `git config mlhook.engine docker`"}
}

func detach(*exec.Cmd) {}

// processID is never alive here, since detachable refuses.
type processID struct {
	PID int `json:"pid"`
}

func identify(pid int) processID   { return processID{PID: pid} }
func (id processID) alive() bool   { return false }
func (id processID) signal(_ bool) {}
