package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// ensureSupervisor starts a supervisor when none holds the lock.
func ensureSupervisor(state store.State) error {
	if supervise.Held(supervise.Lock(state)) {
		return nil
	}
	return startSupervisor(state)
}

// startSupervisor starts a supervisor, by the service where there is one. Of
// several the lock lets one live. The hook, which has seen none alive, does not
// ask whether it is free: one that was killed this instant still holds it.
func startSupervisor(state store.State) error {
	if err := os.MkdirAll(string(state), 0o700); err != nil {
		return err
	}
	if s, err := service(); err == nil && s.Installed() && s.Start() == nil {
		return nil
	}
	_, err := spawn(supervisorLog(state), "supervise")
	return err
}

// keepSupervised starts the supervisor again when it was killed; one that ended
// by itself took its announcement back and stays away. It ends with the context.
func keepSupervised(ctx context.Context, state store.State) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
		if _, err := os.Stat(supervise.AliveFile(state)); err == nil {
			ensureSupervisor(state) // tried again in a moment
		}
	}
}

// spawnRunner starts the runner of a run, in the working tree that its commit was
// made in.
func spawnRunner(ctx context.Context, r store.Repository, v run.Run) (<-chan struct{}, error) {
	top, err := git.Tree(ctx, r.Common, v.Top, r.Top)
	if err != nil {
		return nil, err
	}
	dir := store.UserState().RunDir(r, v.Number)
	return spawn(supervise.WordsFile(dir), "runner", "--repo", top, strconv.Itoa(v.Number))
}

// spawn starts this program detached: a session of its own, no descriptor of
// the caller's, nothing on its terminal. The channel is closed at its end.
func spawn(log string, args ...string) (<-chan struct{}, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := openLog(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(binary, args...)
	cmd.Dir = string(filepath.Separator)
	cmd.Env = append(git.Environ(), "MLHOOK=0")
	cmd.Stdout, cmd.Stderr = out, out
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() // what it ended with is in its journal and log
		close(ended)
	}()
	return ended, nil
}
