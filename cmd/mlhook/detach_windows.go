package main

import (
	"os/exec"
	"syscall"
)

// detach keeps the child from the caller's console.
func detach(cmd *exec.Cmd) {
	const detachedProcess = 0x00000008
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}

// become starts the program that is on disk now; this process ends.
func become(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	detach(cmd)
	return cmd.Start()
}

// owner has no counterpart here; containers get an unprivileged user.
func owner(string) (uid, gid int) { return 0, 0 }
