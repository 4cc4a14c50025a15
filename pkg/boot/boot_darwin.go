// Package boot tells one start of the machine from the next, so that a process
// number which was written down before a restart is not taken for a living one.
package boot

import "golang.org/x/sys/unix"

// ID changes with every start of the machine; empty where it is not known.
func ID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
