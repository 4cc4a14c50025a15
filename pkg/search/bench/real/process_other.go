//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// gently has no counterpart here; a cancelled command is killed alone.
func gently(*exec.Cmd) {}

// end ends a process.
func end(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}
