package engine

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// findEndpoint tells where the Docker engine listens: DOCKER_HOST, the current
// docker context, else the first well-known socket that is there.
func findEndpoint() string {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return host
	}
	if host := contextEndpoint(); host != "" {
		return host
	}
	if runtime.GOOS == "windows" {
		return "npipe:////./pipe/docker_engine"
	}
	sockets := knownSockets()
	for _, path := range sockets {
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix://" + path
		}
	}
	return "unix://" + sockets[0]
}

// knownSockets are where Docker, rootless Docker, Docker Desktop, Colima, Rancher
// Desktop and Podman listen.
func knownSockets() []string {
	home, _ := os.UserHomeDir()
	sockets := []string{"/var/run/docker.sock"}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		sockets = append(sockets, filepath.Join(dir, "docker.sock"), filepath.Join(dir, "podman", "podman.sock"))
	}
	for _, name := range []string{".docker/run/docker.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock",
		".config/colima/default/docker.sock", ".rd/docker.sock"} {
		sockets = append(sockets, filepath.Join(home, filepath.FromSlash(name)))
	}
	return sockets
}

// contextEndpoint reads the current context of the docker command line; empty
// for the default one.
func contextEndpoint() string {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".docker")
	}
	name := os.Getenv("DOCKER_CONTEXT")
	if name == "" {
		var config struct{ CurrentContext string }
		if text, err := os.ReadFile(filepath.Join(dir, "config.json")); err != nil || json.Unmarshal(text, &config) != nil {
			return ""
		}
		name = config.CurrentContext
	}
	if name == "" || name == "default" {
		return ""
	}
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	text, err := os.ReadFile(filepath.Join(dir, "contexts", "meta", digest([]byte(name)), "meta.json"))
	if err != nil || json.Unmarshal(text, &meta) != nil {
		return ""
	}
	return meta.Endpoints["docker"].Host
}

// explain turns a failed call into an *Unavailable that says what is wrong.
func explain(endpoint string, err error) *Unavailable {
	u := &Unavailable{Engine: "docker", Why: "nothing answers at " + endpoint + " (" + err.Error() + ")"}
	_, installed := exec.LookPath("docker")
	path := strings.TrimPrefix(endpoint, "unix://")
	switch {
	case strings.HasPrefix(endpoint, "ssh://"):
		u.Why = endpoint + " is another machine, where this repository's files are not"
		u.Fix = "unset DOCKER_HOST or choose a context of this machine with `docker context use default`"
	case errors.Is(err, syscall.EACCES) || strings.Contains(err.Error(), "permission denied"):
		u.Why = "you may not use " + endpoint
		u.Fix = "join the docker group with `sudo usermod -aG docker $USER` and log in again"
	case missing(path, err) && installed != nil:
		u.Why = "Docker is not installed"
		u.Fix = "install it, or train without it: `git config mlhook.engine local`"
	case missing(path, err):
		u.Why = "Docker is not running: " + path + " is not there"
		u.Fix = startDocker()
	case errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "cannot connect"):
		u.Why = "Docker is not running: nothing listens at " + endpoint
		u.Fix = startDocker()
	default:
		u.Fix = "see that `docker info` works, or train without it: `git config mlhook.engine local`"
	}
	return u
}

func missing(path string, err error) bool {
	if errors.Is(err, syscall.ENOENT) {
		return true
	}
	var op *net.OpError
	if !errors.As(err, &op) && !strings.HasPrefix(path, "/") {
		return false
	}
	_, stat := os.Stat(path)
	return errors.Is(stat, os.ErrNotExist)
}

func startDocker() string {
	if runtime.GOOS == "linux" {
		return "start it with `sudo systemctl start docker`"
	}
	return "start Docker Desktop"
}
