//go:build unix

package engine

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mlhook/mlhook/pkg/boot"
)

// detachable tells whether processes can outlive the runner here.
func detachable() error { return nil }

// detach puts a command into a session of its own.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// processID tells a process from a later one with the same number.
type processID struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // as the system counts it
	Boot  string `json:"boot"`  // empty where the system does not tell
}

func identify(pid int) processID {
	start, _ := startTime(pid)
	return processID{PID: pid, Start: start, Boot: boot.ID()}
}

// startTime reads field 22 of /proc/<pid>/stat, or asks ps where there is no
// /proc. A zombie counts as gone.
func startTime(pid int) (start string, zombie bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		ps := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
		ps.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC") // the same text wherever this is called from
		out, _ := ps.Output()                               // nothing for none
		state, start, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
		return strings.TrimSpace(start), strings.HasPrefix(state, "Z")
	}
	// The name in field 2 may hold spaces; fields are counted behind it.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", false
	}
	return fields[19], fields[0] == "Z"
}

func (id processID) alive() bool {
	if id.PID <= 0 || id.Start == "" || syscall.Kill(id.PID, 0) != nil {
		return false
	}
	start, zombie := startTime(id.PID)
	return start == id.Start && !zombie && identify(id.PID).Boot == id.Boot
}

// end asks the agent to end its attempts and itself, then makes it.
func (id processID) end(ctx context.Context) error {
	if !id.alive() {
		return nil
	}
	if err := syscall.Kill(id.PID, syscall.SIGTERM); err != nil {
		return err
	}
	for range 50 {
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
		if !id.alive() {
			return nil
		}
	}
	return syscall.Kill(-id.PID, syscall.SIGKILL)
}

// killNaming kills the agents whose requests lie below a directory, and their
// attempts.
func killNaming(dir string) {
	for pid, command := range commandLines() {
		if strings.Contains(command, "--requests "+dir) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// killHaving kills the processes that were started with a variable that begins so,
// where the system tells.
func killHaving(variable string) {
	for pid := range commandLines() {
		environ, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ") // none where there is no /proc, or no right
		if strings.HasPrefix(string(environ), variable) || strings.Contains(string(environ), "\x00"+variable) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// commandLines lists what runs here.
func commandLines() map[int]string {
	list := map[int]string{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		out, _ := exec.Command("ps", "-A", "-ww", "-o", "pid=,command=").Output() // nothing to kill without ps
		for line := range strings.Lines(string(out)) {
			number, command, _ := strings.Cut(strings.TrimSpace(line), " ")
			if pid, err := strconv.Atoi(number); err == nil {
				list[pid] = command
			}
		}
		return list
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			command, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline") // empty for one that just ended
			list[pid] = strings.ReplaceAll(string(command), "\x00", " ")
		}
	}
	return list
}
