package git_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mlhook/mlhook/pkg/git"
)

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

// What a filter says, as git-lfs where it is not installed, is part of the error.
func TestCheckoutSaysWhatAFilterSays(t *testing.T) {
	r, head := repository(t)
	sh(t, r.Top, `echo '*.py filter=far' >.git/info/attributes; git config filter.far.smudge 'echo far is not here >&2; false'; git config filter.far.required true`)
	err := r.Checkout(context.Background(), head, filepath.Join(t.TempDir(), "tree"))
	if err == nil || !strings.Contains(err.Error(), "git checkout-index: far is not here; ") {
		t.Errorf("%v", err)
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

// Git leaves the line ends of a file alone that it holds with CRs, whatever
// core.autocrlf says, and so does a result commit.
func TestLineEndsStay(t *testing.T) {
	r, _ := repository(t)
	ctx := context.Background()
	sh(t, r.Top, "printf 'lr = 1\\r\\nx = 2\\r\\n' >train.py; git commit -qam second; git config core.autocrlf input; git config core.safecrlf true")
	head, _, err := r.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	made, err := r.CommitTree(ctx, head, map[string][]byte{"train.py": []byte("lr = 3\r\nx = 2\r\n")}, "tweak")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Apply(ctx, head, made); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(r.Top, "train.py")); err != nil || string(got) != "lr = 3\r\nx = 2\r\n" {
		t.Errorf("%q, %v", got, err)
	}
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
