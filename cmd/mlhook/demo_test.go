//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemo runs the demo where what the user has set for commits stands in its way,
// and installs into a directory that is named as seen from here.
func TestDemo(t *testing.T) {
	python := localPython(t)
	script, err := filepath.Abs("../../install.sh")
	if err != nil {
		t.Fatal(err)
	}
	place := t.TempDir()
	state := filepath.Join(place, "state")
	gitconfig := filepath.Join(place, "gitconfig")
	if err := os.WriteFile(gitconfig, []byte("[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n[core]\n\thooksPath = /nowhere\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endSupervisor(filepath.Join(state, "mlhook")) })
	cmd := exec.Command(script, "--prefix", "out", "demo")
	cmd.Dir = place
	cmd.Env = append(os.Environ(), "CI=1", "MLHOOK=0", "SKIP=mlhook", "GIT_CONFIG_GLOBAL="+gitconfig, "GIT_CONFIG_NOSYSTEM=1", "XDG_STATE_HOME="+state, "TMPDIR="+place,
		"DOCKER_HOST=unix:///nonexistent/docker.sock", "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "done     reached") || !strings.Contains(string(out), "+model = SVC(") {
		t.Errorf("%v\n%s", err, out)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(readme), "\n") { // behind the time of day
		if _, shown, ok := strings.Cut(line, " inspect  "); ok && !strings.Contains(string(out), shown) {
			t.Errorf("the README shows %q", shown)
		}
	}
	if left, err := filepath.Glob(filepath.Join(state, "mlhook", "repos", "*", "repo.json")); err != nil || len(left) > 0 {
		t.Errorf("not uninstalled: %v, %v", left, err)
	}
}
