//go:build !unix

package engine

import (
	"context"
	"os/exec"
)

// detachable tells whether processes can outlive the runner here.
func detachable() error {
	return &Unavailable{"local", "the local engine needs Linux or macOS", "start Docker Desktop and `git config mlhook.engine docker`"}
}

func detach(*exec.Cmd) {}

// processID is never alive here, since detachable refuses.
type processID struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
	Boot  string `json:"boot"`
}

func identify(pid int) processID               { return processID{PID: pid} }
func (id processID) alive() bool               { return false }
func (id processID) end(context.Context) error { return nil }
func killNaming(string)                        {}
func killHaving(string)                        {}
