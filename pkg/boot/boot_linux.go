// Package boot tells one start of the machine from the next, so that a process
// number which was written down before a restart is not taken for a living one.
package boot

import (
	"os"
	"strings"
)

// ID changes with every start of the machine; empty where it is not known. The
// hook reads the same file.
func ID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
