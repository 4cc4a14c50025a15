//go:build unix

package engine

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// detachable tells whether processes can outlive the runner here.
func detachable() error { return nil }

// detach puts a command into a session of its own, below the desktop's priority.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// processID tells a process from a later one with the same number.
type processID struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // clock ticks since boot; empty where the system does not tell
	Boot  string `json:"boot"`
}

func identify(pid int) processID {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // Linux only
	start, _ := startTime(pid)
	return processID{PID: pid, Start: start, Boot: strings.TrimSpace(string(boot))}
}

// startTime reads field 22 of /proc/<pid>/stat; a zombie counts as gone.
func startTime(pid int) (start string, zombie bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", false
	}
	return fields[19], fields[0] == "Z"
}

func (id processID) alive() bool {
	if id.PID <= 0 || syscall.Kill(id.PID, 0) != nil {
		return false
	}
	if id.Start == "" {
		return true
	}
	start, zombie := startTime(id.PID)
	return start == id.Start && !zombie && identify(id.PID).Boot == id.Boot
}

// signal ends the process, or kills its whole group.
func (id processID) signal(kill bool) {
	if !id.alive() {
		return
	}
	if kill {
		syscall.Kill(-id.PID, syscall.SIGKILL)
		return
	}
	syscall.Kill(id.PID, syscall.SIGTERM)
}
