package main

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/adrg/xdg"

	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

func service() (supervise.Service, error) {
	return supervise.ServiceHere(runtime.GOOS, xdg.Home, xdg.ConfigHome)
}

// serviceEnv are the variables that a supervisor which no shell starts needs.
var serviceEnv = []string{"PATH", "XDG_STATE_HOME", "XDG_CACHE_HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH",
	"DOCKER_TLS_VERIFY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}

// installService writes the unit or agent and says what it will do.
func installService(w io.Writer, binary string) error {
	s, err := service()
	if err != nil {
		return err
	}
	var env []string
	for _, name := range serviceEnv {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	enabled, err := s.Install(binary, env)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s: the supervisor starts after every login, and takes up what was left unfinished\n", s.File)
	if enabled != nil {
		fmt.Fprintf(w, "%s did not answer now (%v); the next login finds it\n", s.Kind, enabled)
	}
	if s.Kind == "systemd" {
		fmt.Fprintln(w, "`loginctl enable-linger` starts it at boot, before you log in, and keeps it after you log out")
	}
	return nil
}

// removeService takes the service away with the last repository.
func removeService(w io.Writer, state store.State) error {
	repos, err := state.Repositories()
	if err != nil || len(repos) > 0 {
		return err
	}
	s, err := service()
	if err != nil || !s.Installed() {
		return nil // no service on this system, or none written
	}
	if err := s.Remove(); err != nil {
		return fmt.Errorf("remove the service: %w", err)
	}
	_, err = fmt.Fprintf(w, "removed %s, since no repository is left\n", s.File)
	return err
}
