//go:build !linux

package supervise

import "runtime/debug"

// release gives back what work has made resident.
func release() { debug.FreeOSMemory() }
