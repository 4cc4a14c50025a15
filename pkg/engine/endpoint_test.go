package engine

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func TestFindEndpoint(t *testing.T) {
	config := t.TempDir()
	t.Setenv("DOCKER_CONFIG", config)
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("DOCKER_CONTEXT", "")
	write(t, filepath.Join(config, "config.json"), `{"currentContext": "colima"}`)
	// The directory is the SHA-256 of the context's name, as docker has it.
	write(t, filepath.Join(config, "contexts", "meta", digest([]byte("colima")), "meta.json"),
		`{"Name":"colima","Endpoints":{"docker":{"Host":"unix:///home/me/.colima/docker.sock"}}}`)
	if got := findEndpoint(); got != "unix:///home/me/.colima/docker.sock" {
		t.Errorf("current context: %s", got)
	}
	t.Setenv("DOCKER_HOST", "unix:///elsewhere.sock")
	if got := findEndpoint(); got != "unix:///elsewhere.sock" {
		t.Errorf("DOCKER_HOST: %s", got)
	}
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no unix sockets")
	}
	dir, err := os.MkdirTemp("", "mlhook-*") // t.TempDir's name is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	stale := filepath.Join(dir, "stale.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	for _, c := range []struct{ endpoint, why, fix string }{
		{"unix://" + dir + "/none.sock", "Docker is not", ""},
		{"unix://" + stale, "nothing listens", "start"},
		{"ssh://me@there", "another machine", "docker context use default"},
	} {
		err := (&Docker{Cache: dir, Endpoint: c.endpoint}).Check(testContext(t))
		var u *Unavailable
		if !errors.As(err, &u) || !strings.Contains(u.Why, c.why) || !strings.Contains(u.Fix, c.fix) || u.Fix == "" {
			t.Errorf("%s: %v", c.endpoint, err)
		}
	}
}

func TestExplainPermission(t *testing.T) {
	// Root may do everything, so that the call itself cannot be made to fail.
	err := explain("unix:///var/run/docker.sock", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)})
	if !strings.Contains(err.Why, "may not use") || !strings.Contains(err.Fix, "docker group") {
		t.Error(err)
	}
}
