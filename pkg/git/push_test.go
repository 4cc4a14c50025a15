package git

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
)

// pushing is a repository with one commit, a remote origin in ../far.git and a
// pre-push hook, after a script.
func pushing(t *testing.T, script string) (r *Repo, head string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", dir+"/gitconfig")
	cmd := exec.Command("sh", "-ec", `git init -q --bare far.git; git init -q -b main near; cd near; git remote add origin ../far.git
		git -c user.name=T -c user.email=t@localhost commit -q --allow-empty -m first
		mkdir -p .git/hooks; echo '#!/bin/sh' >.git/hooks/pre-push; chmod +x .git/hooks/pre-push
		`+script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := Open(t.Context(), dir+"/near")
	if err != nil {
		t.Fatal(err)
	}
	if head, _, err = r.Head(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r, head
}

// TestPushGoesWhereGitPushWould holds where a commit goes and what is said of it.
func TestPushGoesWhereGitPushWould(t *testing.T) {
	for name, c := range map[string]struct {
		script, want string // want is the state and the words
		at           string // the only ref of the remote
	}{
		"by itself":        {"", "done origin/main", "refs/heads/main"},
		"Gerrit":           {"git config remote.origin.push HEAD:refs/for/main", "done origin/refs/for/main", "refs/for/main"},
		"renamed":          {"git config remote.origin.push 'refs/heads/*:refs/heads/me/*'", "done origin/me/main", "refs/heads/me/main"},
		"upstream":         {"git config branch.main.remote origin; git config branch.main.merge refs/heads/dev; git config push.default upstream", "done origin/dev", "refs/heads/dev"},
		"another upstream": {"git config branch.main.remote origin; git config branch.main.merge refs/heads/dev", "done origin/main", "refs/heads/main"},
		"a mirror":         {"git config remote.origin.mirror true", "done origin/main", "refs/heads/main"},
		"a hook's words":   {"echo 'echo tests failed >&2; exit 1' >>.git/hooks/pre-push", "refused origin/main: tests failed", ""},
		"a URL with a password": {"git config branch.main.pushRemote ssh://me:secret@host/x.git; git config core.sshCommand false",
			"waiting ssh://host/x.git/main cannot be reached (Could not read from remote repository.)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, head := pushing(t, c.script)
			state, reason := r.Push(t.Context(), head, "main")
			if got := string(state) + " " + reason; got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
			out, err := exec.Command("git", "-C", r.Top+"/../far.git", "for-each-ref", "--format=%(refname)").Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != c.at {
				t.Errorf("the remote has %q, %v, want %q", got, err, c.at)
			}
		})
	}
}

// A push without end, by the user's hook, is given up, and that is what is said.
func TestPushWithoutEnd(t *testing.T) {
	r, head := pushing(t, "printf '#!/bin/sh\\nsleep 600\\n' >.git/hooks/pre-push")
	if got, reason := r.push(t.Context(), head, "main", time.Second); got != run.PushRefused || !strings.Contains(reason, "given up after") {
		t.Errorf("%s, %q", got, reason)
	}
}

// A branch whose name came out of the journal as another one is not pushed under that.
func TestPushOfANameThatIsNoUTF8(t *testing.T) {
	r, head := pushing(t, `git checkout -q -b "$(printf 'caf\351')"`)
	for _, branch := range []string{"caf\xe9", "caf\uFFFD"} {
		if state, reason := r.Push(t.Context(), head, branch); state != run.PushRefused || !strings.Contains(reason, "not UTF-8") {
			t.Errorf("%q: %s %s", branch, state, reason)
		}
	}
	if out, err := exec.Command("git", "-C", r.Top+"/../far.git", "for-each-ref").Output(); err != nil || len(out) > 0 {
		t.Errorf("the remote has %s, %v", out, err)
	}
}
