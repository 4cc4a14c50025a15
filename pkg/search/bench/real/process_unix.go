//go:build unix

package main

import (
	"os/exec"
	"syscall"
	"time"
)

// gently makes a cancelled command, with its children, end in its own way first.
func gently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
}

// end asks a process to end.
func end(pid int) { syscall.Kill(pid, syscall.SIGTERM) }
