package engine

import (
	"errors"
	"testing"

	docker "github.com/fsouza/go-dockerclient"
)

// Seen after a restart of the engine: it answers, and has no bridge yet.
func TestEngineWithoutItsNetworkIsWaitedFor(t *testing.T) {
	for message, want := range map[string]bool{
		"failed to create endpoint mlhook-1 on network bridge: could not find bridge docker0: no such network interface": true,
		`could not select device driver "" with capabilities: [[gpu]]`:                                                   false,
	} {
		var away *Unavailable
		if got := errors.As((&Docker{}).unready(&docker.Error{Status: 500, Message: message}), &away); got != want {
			t.Errorf("%s: %v", message, got)
		}
	}
}
