//go:build !unix

package git

import "os/exec"

// ownGroup has no counterpart here; a cancelled command is killed alone.
func ownGroup(*exec.Cmd) {}
