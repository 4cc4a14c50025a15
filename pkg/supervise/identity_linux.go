package supervise

import (
	"os"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/boot"
)

// identity tells this process from every other, also from a later one with the
// same number: pid, start time in clock ticks (field 22 of /proc/<pid>/stat),
// boot id. The hook compares it with shell builtins.
func identity() string {
	pid := strconv.Itoa(os.Getpid())
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return pid
	}
	// The name in field 2 may hold spaces; fields are counted behind it.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	id := boot.ID()
	if id == "" || len(fields) < 20 {
		return pid
	}
	return pid + " " + fields[19] + " " + id
}
