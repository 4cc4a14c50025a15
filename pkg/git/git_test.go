package git_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/git"
	"github.com/mlhook/mlhook/pkg/run"
)

// sh runs a shell script in dir and returns what it prints.
func sh(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository makes one with a commit, in a directory that needs quoting.
func repository(t *testing.T) (*git.Repo, string) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "gitconfig"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := filepath.Join(t.TempDir(), "it's a repo")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	sh(t, dir, `git init -q; git symbolic-ref HEAD refs/heads/main; git config user.name U; git config user.email u@x
		printf 'lr = 1\n' >train.py; chmod +x train.py; echo '*.log' >.gitignore; git add .; git commit -qm first`)
	r, err := git.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	head, branch, err := r.Head(context.Background())
	if err != nil || branch != "main" {
		t.Fatalf("Head = %q %q %v", head, branch, err)
	}
	return r, head
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	r, _ := repository(t)
	ctx := context.Background()
	if _, err := git.Open(ctx, t.TempDir()); !errors.Is(err, git.ErrNotRepository) {
		t.Errorf("no repository: %v", err)
	}
	bare := t.TempDir()
	sh(t, bare, "git init -q --bare")
	if _, err := git.Open(ctx, bare); !errors.Is(err, git.ErrBare) {
		t.Errorf("bare repository: %v", err)
	}
	empty := t.TempDir()
	sh(t, empty, "git init -q")
	e, err := git.Open(ctx, empty)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Head(ctx); err == nil || !strings.Contains(err.Error(), "git commit") {
		t.Errorf("unborn branch: %v", err)
	}
	if _, err := git.Open(ctx, r.Dir); err == nil || errors.Is(err, git.ErrBare) || !strings.Contains(err.Error(), "git worktree list") {
		t.Errorf("git dir: %v", err)
	}
	for words, script := range map[string]string{
		"unknown repository extension": "git init -q; git config core.repositoryFormatVersion 1; git config extensions.fromTheFuture true",
		"bad config":                   "git init -q; echo '[' >>.git/config",
		"repository: /":                "echo 'gitdir: /gone' >.git", // a linked worktree whose repository was moved
	} {
		broken := t.TempDir()
		sh(t, broken, script)
		_, err := git.Open(ctx, broken)
		if err == nil || errors.Is(err, git.ErrNotRepository) || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "git status") {
			t.Errorf("%s: %v", words, err)
		}
	}
	// A hook's environment must not lead to another repository.
	t.Setenv("GIT_DIR", filepath.Join(empty, ".git"))
	t.Setenv("GIT_INDEX_FILE", "nowhere")
	if same, err := git.Open(ctx, r.Top); err != nil || same.Dir != r.Dir {
		t.Errorf("with GIT_DIR set: %+v, %v", same, err)
	}
}

func TestLinkedWorktree(t *testing.T) {
	r, head := repository(t)
	linked := filepath.Join(t.TempDir(), "linked")
	sh(t, r.Top, "git worktree add -q -b side '"+linked+"'")
	w, err := git.Open(context.Background(), linked)
	if err != nil {
		t.Fatal(err)
	}
	if w.Common != r.Common || w.Dir == r.Dir {
		t.Errorf("worktree %+v of %+v", w, r)
	}
	if sha, branch, err := w.Head(context.Background()); sha != head || branch != "side" || err != nil {
		t.Errorf("Head = %s %s %v", sha, branch, err)
	}
}

// A working tree that is gone, or was never one of the repository, is replaced.
func TestTree(t *testing.T) {
	ctx := context.Background()
	r, _ := repository(t)
	other, _ := repository(t)
	linked := filepath.Join(t.TempDir(), "linked")
	sh(t, r.Top, "git worktree add -q -b side '"+linked+"'")
	expect := func(want string, wanted ...string) {
		t.Helper()
		if top, err := git.Tree(ctx, r.Common, wanted...); err != nil || top != want {
			t.Errorf("of %q: %s, %v; want %s", wanted, top, err, want)
		}
	}
	sh(t, r.Top, "git config --global safe.bareRepository explicit")
	expect(linked, linked, r.Top)
	expect(r.Top, "", other.Top, r.Top)
	expect(r.Top)
	sh(t, r.Top, "git worktree remove '"+linked+"'")
	expect(r.Top, linked)
	sh(t, r.Top, "git config core.bare true; git worktree add -q '"+linked+"' side")
	expect(linked, r.Top)
	sh(t, linked, "rm -r '"+linked+"'")
	if top, err := git.Tree(ctx, r.Common, linked); err == nil || !strings.Contains(err.Error(), "git worktree add") {
		t.Errorf("without any: %s, %v", top, err)
	}
}

func TestClassify(t *testing.T) {
	r, _ := repository(t)
	sh(t, r.Top, "touch new x.log; mkdir a b 'c[1]'; touch a/x.log b/new a/kept 'c[1]/kept'; git add a/kept 'c[1]/kept'")
	for name, want := range map[string]string{"new": "untracked", "x.log": "ignored", "no": "missing", "a": "ignored", "b": "untracked", "c[1]": "missing"} {
		if got, err := r.Classify(context.Background(), name); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestTouched(t *testing.T) {
	r, first := repository(t)
	// What is chosen must not depend on how the user likes to read a log.
	sh(t, r.Top, `git config log.showSignature true; git config log.showRoot false; git config diff.renames copies; git config log.diffMerges off
		echo a >'a [1].py'; echo b >b.py; git add .; git commit -qm both
		echo c >>b.py; git commit -qam b; echo text >README; git add README; git commit -qm text
		git checkout -qb side HEAD~2; echo d >>'a [1].py'; git commit -qam a; git checkout -q main; git merge -qm merged side`)
	for rev, want := range map[string][]string{
		"HEAD": {"a [1].py"}, "HEAD^": {"b.py"}, "HEAD~2": {"b.py"}, "HEAD~3": {"a [1].py", "b.py"}, first: nil,
	} {
		commit := sh(t, r.Top, "git rev-parse "+rev)
		got, err := r.Touched(context.Background(), commit, "a [1].py", "b.py")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("at %s: %q, %v, want %q", rev, got, err, want)
		}
	}
	if got, err := r.Touched(context.Background(), first, "train.py"); err != nil || !slices.Equal(got, []string{"train.py"}) {
		t.Errorf("at the root: %q, %v", got, err)
	}
}

func TestConfig(t *testing.T) {
	r, _ := repository(t)
	sh(t, r.Top, "git config --global mlhook.target 0.7; git config mlhook.target 0.9; git config --add mlhook.data 'a b'; git config --add mlhook.data c")
	got, err := r.Config(context.Background(), "mlhook.")
	if err != nil || strings.Join(got["target"], "|") != "0.7|0.9" || strings.Join(got["data"], "|") != "a b|c" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestHooksDirScope(t *testing.T) {
	r, _ := repository(t)
	if dir, scope, err := r.HooksDir(context.Background()); dir != filepath.Join(r.Top, ".git/hooks") || scope != "" || err != nil {
		t.Errorf("default: %s %s %v", dir, scope, err)
	}
	sh(t, r.Top, "git config --global core.hooksPath /elsewhere")
	if dir, scope, _ := r.HooksDir(context.Background()); dir != "/elsewhere" || scope != "global" {
		t.Errorf("global: %s %s", dir, scope)
	}
	sh(t, r.Top, "git config core.hooksPath .husky")
	if dir, scope, _ := r.HooksDir(context.Background()); dir != filepath.Join(r.Top, ".husky") || scope != "local" {
		t.Errorf("local: %s %s", dir, scope)
	}
	sh(t, r.Top, "git config --unset core.hooksPath; git config --global --unset core.hooksPath; echo '[core] hooksPath = /further' >more; git config --global include.path \"$PWD/more\"")
	if dir, scope, _ := r.HooksDir(context.Background()); dir != "/further" || scope != "global" {
		t.Errorf("included: %s %s", dir, scope)
	}
	sh(t, r.Top, "git config extensions.worktreeConfig true; git config --worktree core.hooksPath /mine")
	if dir, scope, _ := r.HooksDir(context.Background()); dir != "/mine" || scope != "worktree" {
		t.Errorf("worktree: %s %s", dir, scope)
	}
}

func TestPush(t *testing.T) {
	r, head := repository(t)
	ctx := context.Background()
	expect := func(what string, branch string, want run.Push, words string) {
		t.Helper()
		if got, reason := r.Push(ctx, head, branch); got != want || !strings.Contains(reason, words) {
			t.Errorf("%s: %s, %q; want %s, %q", what, got, reason, want, words)
		}
	}
	expect("no remote", "main", run.PushOff, "git remote add")
	expect("detached", "", run.PushOff, "detached")

	remote := filepath.Join(t.TempDir(), "far.git")
	sh(t, r.Top, "git init -q --bare '"+remote+"'; git remote add origin '"+remote+"'; git tag -a -m t t; git config push.followTags true")
	expect("first", "main", run.PushDone, "origin/main")
	expect("again", "main", run.PushDone, "origin/main")
	if got := sh(t, remote, "git for-each-ref --format='%(objectname) %(refname)'"); got != head+" refs/heads/main" {
		t.Errorf("the remote has %q", got)
	}

	sh(t, r.Top, "git commit -q --allow-empty -m ahead; git push -q origin HEAD:main")
	other := sh(t, r.Top, "git commit-tree -p "+head+" -m other HEAD^{tree}")
	head = other
	expect("diverged", "main", run.PushRefused, "pull or rebase")

	head = sh(t, r.Top, "git rev-parse HEAD~1")
	expect("older than the remote's", "main", run.PushDone, "newer commits")
	sh(t, r.Top, "git commit -q --allow-empty --amend -m rewritten")
	head = sh(t, r.Top, "git rev-parse HEAD")
	expect("amended since", "main", run.PushRefused, "git push --force-with-lease")

	sh(t, remote, "printf '#!/bin/sh\nexit 1\n' >hooks/pre-receive; chmod +x hooks/pre-receive")
	expect("declined", "new", run.PushRefused, "does not take this commit")
	sh(t, remote, "rm hooks/pre-receive")

	sh(t, r.Top, "mkdir -p .git/hooks; printf '#!/bin/sh\nprintf \"=\\\\tx\\\\tfetch first\\\\n\"\nexit 1\n' >.git/hooks/pre-push; chmod +x .git/hooks/pre-push")
	expect("own pre-push hook", "new", run.PushRefused, "origin/new")
	stopped, stop := context.WithCancel(ctx)
	stop()
	if got, reason := r.Push(stopped, head, "new"); got != run.PushWaiting {
		t.Errorf("interrupted: %s, %q", got, reason)
	}
	sh(t, r.Top, "rm .git/hooks/pre-push; git remote set-url origin http://127.0.0.1:1/x.git")
	expect("unreachable", "new", run.PushWaiting, "cannot be reached")
}
