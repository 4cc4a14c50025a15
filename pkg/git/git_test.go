package git_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
	sh(t, dir, `git init -q -b main; git config user.name U; git config user.email u@x
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
		"not a git repository: /gone":  "echo 'gitdir: /gone' >.git", // a linked worktree whose repository was moved
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

func TestCheckoutLeavesTheUserAlone(t *testing.T) {
	r, head := repository(t)
	sh(t, r.Top, "echo staged >s; git add s; echo dirty >>train.py")
	before := sh(t, r.Top, "git status --porcelain; cksum .git/index")
	dir := filepath.Join(t.TempDir(), "a tree")
	if err := r.Checkout(context.Background(), head, dir); err != nil {
		t.Fatal(err)
	}
	if got := sh(t, dir, "cat train.py; test -x train.py; ls -A"); got != "lr = 1\n.gitignore\ntrain.py" {
		t.Errorf("tree: %q", got)
	}
	if after := sh(t, r.Top, "git status --porcelain; cksum .git/index"); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
}

// Attributes are those of the commit, whatever lies in the working tree.
func TestAttributesOfTheCommit(t *testing.T) {
	r, plain := repository(t)
	ctx := context.Background()
	linked := filepath.Join(t.TempDir(), "linked")
	sh(t, r.Top, `git config filter.up.smudge 'tr a-z A-Z'; git config filter.up.clean 'tr A-Z a-z'; mkdir sub; echo deep >sub/deep.py; printf 'first\n' >aa.py; echo '*.note ident' >.git/info/attributes
		printf '$Id$\n' >x.note; echo '*.py text eol=crlf' >.gitattributes; echo '*.py filter=up' >sub/.gitattributes; git add .; git commit -qm second
		git worktree add -q -b side '`+linked+`'; git config core.bare true; git config core.safecrlf true`)
	ruled, err := r.Resolve(ctx, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	w, err := git.Open(ctx, linked)
	if err != nil {
		t.Fatal(err)
	}
	lay := func(commit, want string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "tree")
		if err := w.Checkout(ctx, commit, dir); err != nil {
			t.Fatal(err)
		}
		if got := sh(t, dir, "for f in aa.py train.py sub/deep.py x.note; do test ! -e $f || cat $f; done; echo end"); !strings.Contains(got, want) {
			t.Errorf("%.10s holds %q, want %q", commit, got, want)
		}
	}
	expect := func(commit, name, text, want string) {
		t.Helper()
		made, err := w.CommitTree(ctx, commit, map[string][]byte{name: []byte(text)}, "größer")
		if err != nil {
			t.Fatal(err)
		}
		if got := sh(t, linked, "git show "+made+":"+name+"; echo; git log -1 --format=%B "+made) + "\n"; got != want+"\ngrößer\n" {
			t.Errorf("%s of %.10s: %q, want %q", name, commit, got, want)
		}
		if changed := sh(t, linked, "git diff --name-only "+commit+" "+made); changed != name {
			t.Errorf("%s of %.10s: changed %q", name, commit, changed)
		}
	}
	sh(t, linked, "git rm -q .gitattributes sub/.gitattributes")
	lay(ruled, "first\r\nlr = 1\r\nDEEP\r\n$Id: ")
	expect(ruled, "train.py", "lr = 1\r\nmore = 2\n", "lr = 1\nmore = 2\n")
	expect(ruled, "sub/deep.py", "DEEPER\r\n", "deeper\n")

	sh(t, linked, "git checkout -qf "+plain+"; echo '*.py text eol=crlf' >.gitattributes")
	lay(plain, "lr = 1\nend")
	expect(plain, "train.py", "lr = 2\r\n", "lr = 2\r\n")
}

// A filter may be a script in the working tree, tracked or not, and may ask git.
func TestFiltersInTheWorkingTree(t *testing.T) {
	r, _ := repository(t)
	ctx := context.Background()
	sh(t, r.Top, `mkdir bin tools; printf 'git rev-parse --verify -q HEAD >/dev/null && tr a-z A-Z\n' >bin/up; printf 'git rev-parse --verify -q HEAD >/dev/null && tr A-Z a-z\n' >tools/down
		git config filter.up.smudge 'sh bin/up'; git config filter.up.clean 'sh "$(git rev-parse --show-toplevel)"/tools/down'; git config filter.up.required true
		echo '*.py filter=up' >.gitattributes; git add tools .gitattributes; git commit -qm second`)
	head, _, err := r.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	before := sh(t, r.Top, "find . -type f ! -path './.git/*' -exec cksum {} +")
	dir := filepath.Join(t.TempDir(), "tree")
	if err := r.Checkout(ctx, head, dir); err != nil {
		t.Fatal(err)
	}
	if got := sh(t, dir, "cat train.py; find . -type l"); got != "LR = 1" {
		t.Errorf("laid out: %q", got)
	}
	made, err := r.CommitTree(ctx, head, map[string][]byte{"train.py": []byte("LR = 2\n")}, "tweak")
	if err != nil {
		t.Fatal(err)
	}
	if got := sh(t, r.Top, "git show "+made+":train.py; git diff --name-only "+head+" "+made); got != "lr = 2\ntrain.py" {
		t.Errorf("commit: %q", got)
	}
	if after := sh(t, r.Top, "find . -type f ! -path './.git/*' -exec cksum {} +"); after != before {
		t.Errorf("the working tree held %q, holds %q", before, after)
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

func TestCommitAndApply(t *testing.T) {
	r, head := repository(t)
	ctx := context.Background()
	// Settings that change what git diff prints must not change what is applied.
	sh(t, r.Top, "git config diff.noprefix true; git config color.ui always; git config --unset user.name; git config --unset user.email; git config user.useConfigOnly true")
	tweak, err := r.CommitTree(ctx, head, map[string][]byte{"train.py": []byte("lr = 2\n")}, "tweak")
	if err != nil {
		t.Fatal(err)
	}
	if got := sh(t, r.Top, "git log -1 --format='%an %ae %P' "+tweak+"; git ls-tree "+tweak+" train.py"); !strings.HasPrefix(got, "mlhook mlhook@localhost "+head+"\n100755 ") {
		t.Errorf("commit: %s", got)
	}
	if diff, err := r.Diff(ctx, head, tweak, false); err != nil || !strings.Contains(diff, "\n-lr = 1\n+lr = 2\n") {
		t.Errorf("diff: %q, %v", diff, err)
	}

	sh(t, r.Top, "echo mine >>train.py")
	if _, err := r.Apply(ctx, head, tweak); !errors.Is(err, git.ErrLocalChanges) {
		t.Errorf("over local changes: %v", err)
	}
	sh(t, r.Top, "git checkout -q train.py; echo other >other; git add other")
	names, err := r.Apply(ctx, head, tweak)
	if err != nil || len(names) != 1 || names[0] != "train.py" {
		t.Fatalf("apply: %v, %v", names, err)
	}
	if got := sh(t, r.Top, "cat train.py; git -c color.ui=false status --porcelain"); got != "lr = 2\n M train.py\nA  other" && got != "lr = 2\nA  other\n M train.py" {
		t.Errorf("after apply: %q", got)
	}
	sh(t, r.Top, "printf 'else\n' >train.py; git -c user.name=U -c user.email=u@x commit -qam second")
	if _, err := r.Apply(ctx, head, tweak); err == nil || !strings.Contains(err.Error(), "mlhook diff") {
		t.Errorf("onto other text: %v", err)
	}
}

// Whatever the user set for looking at differences, the patch is one that fits.
func TestApplyWhateverTheSettings(t *testing.T) {
	r, _ := repository(t)
	ctx := context.Background()
	text := "def f():\n\n" + strings.Repeat("    x = 1 \n\n", 9) + "lr = 1 \n" + strings.Repeat("\n    y = 2\n", 9) + "größe = 'ä'\n"
	name := "tr\"ain ä\n[1].py"
	if err := os.WriteFile(filepath.Join(r.Top, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	sh(t, r.Top, "git add .; git commit -qm second")
	head, _, err := r.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tweaked := strings.Replace(text, "lr = 1 ", "lr = 2 ", 1)
	tweak, err := r.CommitTree(ctx, head, map[string][]byte{name: []byte(tweaked)}, "tweak")
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Diff(ctx, head, tweak, false)
	if err != nil || strings.Count(want, "\n ") != 6 {
		t.Fatalf("diff: %q, %v", want, err)
	}
	for _, setting := range []string{"diff.context 0", "diff.noprefix true", "diff.mnemonicPrefix true", "diff.relative true", "diff.srcPrefix x/", "diff.external false",
		"diff.renames copies", "diff.orderFile /nowhere", "diff.interHunkContext 9", "diff.algorithm patience", "diff.colorMoved zebra", "diff.wsErrorHighlight all",
		"diff.suppressBlankEmpty true", "diff.up.textconv 'tr a-z A-Z <'", "diff.up.command false", "diff.up.binary true", "color.ui always", "color.diff always",
		"apply.whitespace error-all", "apply.ignoreWhitespace change", "core.whitespace tab-in-indent,blank-at-eol", "status.branch true", "status.short true", "color.status always"} {
		sh(t, r.Top, "git config "+setting+"; echo '*.py diff=up' >.git/info/attributes")
		if setting != "diff.suppressBlankEmpty true" { // which `git apply` takes too
			if got, err := r.Diff(ctx, head, tweak, false); err != nil || got != want {
				t.Errorf("%s: diff: %q, %v", setting, got, err)
			}
		}
		if names, err := r.Apply(ctx, head, tweak); err != nil || len(names) != 1 || names[0] != name {
			t.Errorf("%s: apply: %q, %v", setting, names, err)
		}
		if got, err := os.ReadFile(filepath.Join(r.Top, name)); err != nil || string(got) != tweaked {
			t.Errorf("%s: %q, %v", setting, got, err)
		}
		if _, err := r.Apply(ctx, head, tweak); !errors.Is(err, git.ErrApplied) {
			t.Errorf("%s: applied again: %v", setting, err)
		}
		sh(t, r.Top, "git checkout -q .; git config --unset "+strings.Fields(setting)[0])
	}
}

// What the user set for commits of their own must not spoil or stop ours, and
// nothing is left in the repository but the commit.
func TestCommitWhateverTheSettings(t *testing.T) {
	r, head := repository(t)
	ctx := context.Background()
	sh(t, r.Top, `git config core.splitIndex true; git config i18n.commitEncoding latin1; git config i18n.logOutputEncoding UTF-8; git config commit.gpgSign true
		git config gpg.program false; git config gc.auto 1; git config commit.cleanup strip; git config log.showSignature true; git config notes.displayRef '*'
		git config user.useConfigOnly true; git config --unset user.name; git config --unset user.email; git config committer.name C; git config committer.email c@x`)
	before := sh(t, r.Top, "ls .git")
	made, err := r.CommitTree(ctx, head, map[string][]byte{"train.py": []byte("lr = 2\n")}, "größer\n\n# 2 trials")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Note(ctx, made, "größer\n# 2 trials"); err != nil {
		t.Fatal(err)
	}
	if got := sh(t, r.Top, "git log --no-show-signature -1 --format='%an %cn %B' --no-notes "+made+"; git notes --ref=mlhook show "+made); got != "mlhook mlhook größer\n\n# 2 trials\ngrößer\n# 2 trials" {
		t.Errorf("commit and note: %q", got)
	}
	if after := sh(t, r.Top, "ls .git"); after != before {
		t.Errorf("the git dir held %q, holds %q", before, after)
	}
}

func TestNotesAtTheSameTime(t *testing.T) {
	r, head := repository(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := r.Note(context.Background(), head, "reached"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := sh(t, r.Top, "git notes --ref=mlhook show "+head); got != "reached" {
		t.Errorf("note: %q", got)
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
	sh(t, r.Top, "rm .git/hooks/pre-push; git remote set-url origin http://127.0.0.1:1/x.git")
	expect("unreachable", "new", run.PushWaiting, "cannot be reached")
}
