package supervise

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

// release gives back what work has made resident: the heap, and the pages of
// the program's own read-only parts, most of which (SQLite, the start) are not
// needed again for hours. What is needed comes back out of the page cache.
func release() {
	debug.FreeOSMemory()
	binary, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uintptr
		var mode string
		if !strings.HasSuffix(lines.Text(), " "+binary) {
			continue
		}
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &mode); n == 3 && !strings.Contains(mode, "w") {
			// A raw call, since the range is none of the Go heap's.
			unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED) // advice: a refusal changes nothing
		}
	}
}
