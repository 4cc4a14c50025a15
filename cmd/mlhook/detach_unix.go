//go:build unix

package main

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// detach gives a command a session of its own and keeps every descriptor but
// its standard ones from it: the caller may hold a lock or a pipe that somebody
// waits for.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// become replaces this process by the program that is on disk now.
func become(args []string) error {
	binary, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	return syscall.Exec(binary, args, os.Environ())
}

func owner(path string) (uid, gid int) {
	info, err := os.Stat(path)
	if err != nil {
		return os.Getuid(), os.Getgid()
	}
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid)
}
