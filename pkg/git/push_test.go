package git

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
)

// A push without end, by the user's hook, is given up, and that is what is said.
func TestPushWithoutEnd(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", dir+"/gitconfig")
	cmd := exec.Command("sh", "-c", `git init -q --bare far.git && git init -q near && cd near && git remote add origin ../far.git &&
		git -c user.name=T -c user.email=t@localhost commit -q --allow-empty -m first &&
		mkdir -p .git/hooks && printf '#!/bin/sh\nsleep 600\n' >.git/hooks/pre-push && chmod +x .git/hooks/pre-push`)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := Open(t.Context(), dir+"/near")
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, reason := r.push(t.Context(), head, "main", time.Second); got != run.PushRefused || !strings.Contains(reason, "given up after") {
		t.Errorf("%s, %q", got, reason)
	}
}
