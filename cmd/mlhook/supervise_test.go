//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/store"
	"github.com/mlhook/mlhook/pkg/supervise"
)

// A supervisor that was killed holds its lock until the last of its threads is
// gone. A hook that comes meanwhile has to start the next one all the same.
func TestHookAtDeath(t *testing.T) {
	home := t.TempDir()
	repo := filepath.Join(home, "repo")
	env := append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home+"/state", "XDG_CACHE_HOME="+home+"/cache", "GIT_CONFIG_NOSYSTEM=1", "MLHOOK=", "CI=")
	sh := func(line string) {
		t.Helper()
		cmd := exec.Command("sh", "-ec", line)
		cmd.Dir, cmd.Env = home, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	sh("git init -q repo && cd repo && git config mlhook.engine local && " + binary + " install")
	t.Cleanup(func() {
		sh("cd " + repo + " && " + binary + " uninstall") // it ends then
		for end := time.Now().Add(20 * time.Second); supervise.Held(supervise.Lock(store.State(home + "/state/mlhook"))); {
			if time.Now().After(end) {
				t.Error("the supervisor goes on without a repository")
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	last := 0
	announced := func() int {
		text, err := os.ReadFile(filepath.Join(home, "state", "mlhook", "supervisor.alive"))
		if err != nil {
			return 0
		}
		pid, err := strconv.Atoi(strings.Fields(string(text) + " 0")[0])
		if err != nil || pid == last || syscall.Kill(pid, 0) != nil {
			return 0
		}
		return pid
	}
	started := func(deaths int) (pid int) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); pid == 0; pid = announced() {
			if time.Now().After(end) {
				t.Fatalf("after %d deaths no hook started a supervisor", deaths)
			}
			time.Sleep(5 * time.Millisecond)
		}
		return pid
	}
	for n := range 30 {
		pid := started(n)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		last = pid
		sh(binary + " hook")
	}
	started(30)
}

// The settings and branches of a repository whose working tree is gone are read
// in its own directory, where the user's git may refuse to look for one.
func TestProjectWithoutTree(t *testing.T) {
	home := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, "gitconfig"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	sh := func(line string) string {
		t.Helper()
		cmd := exec.Command("sh", "-ec", line)
		cmd.Dir = home
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	sh(`git config --global safe.bareRepository explicit; git init -q -b main repo; mkdir emptied
		cd repo; git config mlhook.baseImage mine; git -c user.name=U -c user.email=u@x commit -q --allow-empty -m first`)
	commit := sh("git -C repo rev-parse HEAD")
	for _, top := range []string{"repo", "gone", "emptied"} {
		r := store.Repository{Common: filepath.Join(home, "repo", ".git"), Top: filepath.Join(home, top)}
		if s, err := hostSettings(t.Context(), r); err != nil || s.BaseImage != "mine" {
			t.Errorf("%s: base image %q, %v", top, s.BaseImage, err)
		}
		if branch := branchOf(t.Context(), r, commit); branch != "main" {
			t.Errorf("%s: branch %q", top, branch)
		}
	}
}
