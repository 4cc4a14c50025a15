//go:build !linux

package supervise

import (
	"os"
	"strconv"
)

// identity is the process number; hooks here always ask the binary.
func identity() string { return strconv.Itoa(os.Getpid()) }
