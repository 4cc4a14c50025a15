//go:build !linux

package agent_test

import "os/exec"

// orphan does nothing: only Linux tells a process that its parent died.
func orphan(*exec.Cmd) {}
