package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/store"
)

// unused is for how long no run has needed an environment that is removed then.
const unused = 30 * 24 * time.Hour

// tidy removes, once a day, the images and venvs that no run has needed for long,
// and says so. An engine that is away has its turn on another day.
func tidy(ctx context.Context, state store.State, log *slog.Logger) {
	cache := cacheDir(state)
	mark := filepath.Join(cache, "tidied")
	if info, err := os.Stat(mark); err == nil && time.Since(info.ModTime()) < 24*time.Hour {
		return
	}
	if err := store.WriteFile(mark, nil); err != nil {
		return // there is no cache yet
	}
	for _, e := range []engine.Engine{&engine.Docker{Cache: cache}, &engine.Local{Cache: cache}} {
		removed, err := e.Expire(ctx, unused)
		for _, name := range removed {
			log.Info("removed an environment that no run has needed for 30 days", "environment", name)
		}
		var away *engine.Unavailable
		if err != nil && !errors.As(err, &away) {
			log.Warn("remove environments", "error", err)
		}
	}
}

// cacheDir is where engines keep what runs share.
func cacheDir(state store.State) string { return filepath.Join(string(state), "cache") }
