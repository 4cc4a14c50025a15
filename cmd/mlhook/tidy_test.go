package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/store"
)

// What no run has needed for long is removed and named in the log, once a day.
func TestTidy(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
	state := store.State(t.TempDir())
	then := time.Now().Add(-unused - time.Hour)
	var log bytes.Buffer
	venv := func(name string) string {
		t.Helper()
		for _, file := range []string{"locks/venv-" + name, "needed/venv-" + name, "venvs/" + name + "/complete"} {
			path := filepath.Join(cacheDir(state), filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
		}
		tidy(t.Context(), state, slog.New(slog.NewTextHandler(&log, nil)))
		return filepath.Join(cacheDir(state), "venvs", name)
	}
	first, second := venv("first"), venv("second")
	if _, err := os.Stat(first); err == nil || !strings.Contains(log.String(), first) {
		t.Errorf("%s is there still: %s", first, log.String())
	}
	if _, err := os.Stat(second); err != nil {
		t.Error(err)
	}
}
