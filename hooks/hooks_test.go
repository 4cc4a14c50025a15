package hooks_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/hooks"
)

// A place is a repository with the hook installed.
type place struct {
	t                *testing.T
	dir, hooks, home string
}

func newPlace(t *testing.T) place {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "gitconfig"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("CI", "")
	t.Setenv("MLHOOK", "")
	root := filepath.Join(t.TempDir(), "it's $HOME")
	p := place{t, filepath.Join(root, "repo"), filepath.Join(root, "repo", ".git", "hooks"), filepath.Join(root, "state")}
	for _, dir := range []string{p.dir, p.home} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p.sh("git init -q -b main; git config user.name U; git config user.email u@x; git commit -q --allow-empty -m first; mkdir -p .git/mlhook/queue/tmp .git/mlhook/queue/new .git/hooks")
	return p
}

func (p place) sh(script string) string {
	p.t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = p.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (p place) file(name, text string, mode os.FileMode) string {
	p.t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		p.t.Fatal(err)
	}
	return name
}

func (p place) install(binary string) {
	p.t.Helper()
	if _, err := hooks.Install(p.hooks, hooks.Params{Binary: binary, Dir: filepath.Join(p.dir, ".git", "mlhook"), State: p.home}); err != nil {
		p.t.Fatal(err)
	}
}

// program is a binary that leaves a mark and a child that lives on, and lets go
// of stderr only, as mlhook's does.
func (p place) program() string {
	return p.file(filepath.Join(p.home, "mlhook"), "#!/bin/sh\necho \"$@\" >>\"${0%/*}/called\"\nsleep 3 2>/dev/null &\n", 0o755)
}

// orders returns the queued files and empties the queue.
func (p place) orders() (texts []string) {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, ".git", "mlhook", "queue", "new", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			p.t.Fatal(err)
		}
		texts = append(texts, string(text))
		os.Remove(file)
	}
	return texts
}

func (p place) expect(what string, n int, lines ...string) {
	p.t.Helper()
	got := p.orders()
	if len(got) != n {
		p.t.Errorf("%s: %d orders, want %d", what, len(got), n)
		return
	}
	for _, line := range lines {
		if !strings.Contains("\n"+got[0], "\n"+line+"\n") {
			p.t.Errorf("%s: no line %q in\n%s", what, line, got[0])
		}
	}
}

func TestWhatIsQueued(t *testing.T) {
	p := newPlace(t)
	p.install(p.program())
	t.Setenv("DISPLAY", `:0\n`)
	p.sh("echo a >a; git add a; git commit -qm a")
	p.expect("commit", 1, "v 2", "commit "+p.sh("git rev-parse HEAD"), "branch main", "top "+p.dir, "source commit", `env.DISPLAY :0\n`, "end")
	p.sh("git commit -q --amend -m b")
	p.expect("amend", 1, "commit "+p.sh("git rev-parse HEAD"))
	p.sh("git checkout -q -b feature/x; git commit -q --allow-empty -m c")
	p.expect("branch with a slash", 1, "branch feature/x", "commit "+p.sh("git rev-parse HEAD"))
	p.sh("git checkout -q --detach; git commit -q --allow-empty -m d")
	p.expect("detached", 1, "branch ", "commit "+p.sh("git rev-parse HEAD"))
	p.sh("MLHOOK=0 git commit -q --allow-empty -m e; CI=true git commit -q --allow-empty -m f; SKIP=lint,mlhook git commit -q --allow-empty -m f")
	p.expect("switched off", 0)
	p.sh("git worktree add -q -b w ../linked; cd ../linked; git commit -q --allow-empty -m g")
	p.expect("linked worktree", 1, "branch w", "top "+filepath.Join(filepath.Dir(p.dir), "linked"), "commit "+p.sh("git rev-parse w"))
	p.sh("git checkout -q main; git checkout -q -b r HEAD~1; for i in 1 2 3; do echo $i >f$i; git add .; MLHOOK=0 git commit -qm $i; done; git rebase -q main")
	p.expect("rebase", 1, "branch r", "commit "+p.sh("git rev-parse r"))
	p.sh("git checkout -q -b picked HEAD~3; git cherry-pick r~3..r")
	p.expect("cherry-pick of three", 1, "branch picked", "commit "+p.sh("git rev-parse picked"))
	p.sh("git revert --no-edit HEAD~2..HEAD")
	p.expect("revert of two", 1, "commit "+p.sh("git rev-parse picked"))
	p.sh("git revert --no-edit HEAD")
	p.expect("revert of one", 1, "commit "+p.sh("git rev-parse picked"))
	p.sh("git checkout -q main; echo m >f1; git add f1; MLHOOK=0 git commit -qm m; git merge -q r || true; git checkout -q --ours f1; git add f1; git commit -qm merged")
	p.expect("concluded merge", 1, "branch main", "commit "+p.sh("git rev-parse main"))
}

// Merges that git commits by itself come by post-merge, patches by post-applypatch.
func TestMergesAndPatches(t *testing.T) {
	p := newPlace(t)
	p.install(p.program())
	head := func() string { return "commit " + p.sh("git rev-parse HEAD") }
	p.sh("export MLHOOK=0; echo a >a; git add a; git commit -qm a; git checkout -q -b side; for i in 1 2 3; do echo $i >s$i; git add .; git commit -qm s$i; done; git checkout -q main; git branch old; echo b >b; git add b; git commit -qm b")
	p.sh("git merge -q --no-edit side~1")
	p.expect("merge", 1, "branch main", head())
	p.sh("git checkout -q old; git merge -q side~2; git merge -q main")
	p.expect("fast-forward, also to a merge", 0)
	p.sh("git reset -q --hard HEAD~1; git merge -q --squash side; git reset -q --hard")
	p.expect("squash", 0)
	p.sh("git merge -q --no-ff --no-edit side")
	p.expect("no fast-forward", 1, "branch old", head())
	p.sh("git checkout -q main; git branch -q -D old; git clone -q . ../up; cd ../up; git config user.name U; git config user.email u@x; git commit -q --allow-empty -m up")
	p.sh("MLHOOK=0 git commit -q --allow-empty -m here; git pull -q --no-rebase --no-edit ../up main")
	p.expect("pull", 0)
	p.sh("git format-patch -q -o ../patches side~3..side; git checkout -q -b am side~3; git am -q ../patches/*")
	p.expect("am of three", 1, "branch am", head())
	p.sh("git reset -q --hard HEAD~1; git worktree add -q -b w ../linked; cd ../linked; git am -q ../patches/0003*")
	p.expect("am of one in a linked worktree", 1, "branch w", "commit "+p.sh("git rev-parse w"))
	p.sh("git checkout -q -b apply side; git rebase -q --apply main")
	p.expect("rebase by patches", 1, head())
}

func TestReturnsAtOnce(t *testing.T) {
	p := newPlace(t)
	p.install(p.program())
	begun := time.Now()
	p.sh("exec 9>lock; git commit -q --allow-empty -m a") // CombinedOutput waits for every holder of stderr
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the commit took %v: the child holds the caller's descriptors", took)
	}
	if got := p.sh("cat ../state/called"); got != "hook" {
		t.Errorf("the program was called with %q", got)
	}
	if _, err := exec.LookPath("flock"); err == nil {
		p.sh("exec 9>lock; flock -n 9; git commit -q --allow-empty -m b; exec 9>&-; exec 9>lock; flock -n 9")
	}
}

func TestLivingSupervisorIsNotStartedAgain(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc, which only Linux has")
	}
	p := newPlace(t)
	p.install(p.program())
	p.alive()
	p.sh("git commit -q --allow-empty -m a; test ! -e ../state/called")
	p.file(filepath.Join(p.home, "supervisor.alive"), fmt.Sprintf("%d 1 %s", os.Getpid(), p.sh("cat /proc/sys/kernel/random/boot_id")), 0o644)
	p.sh("git commit -q --allow-empty -m b; test -e ../state/called")
	p.expect("both", 2)
}

// alive makes this test the supervisor.
func (p place) alive() {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		p.t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	p.file(filepath.Join(p.home, "supervisor.alive"), fmt.Sprintf("%d %s %s\n", os.Getpid(), fields[19], p.sh("cat /proc/sys/kernel/random/boot_id")), 0o644)
}

func TestMissingProgram(t *testing.T) {
	p := newPlace(t)
	p.install("/nowhere/mlhook")
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for _, name := range []string{"mv"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	out := p.sh("PATH='" + bin + "' '" + git + "' commit -q --allow-empty -m a")
	if strings.Count(out, "\n") > 0 || !strings.Contains(out, "mlhook uninstall") {
		t.Errorf("said %q", out)
	}
}

func TestForeignHookIsKept(t *testing.T) {
	for name, hook := range map[string]struct {
		text string
		mode os.FileMode
		runs bool
	}{
		"sh":             {"#!/bin/sh\necho ran >>ran\nexit 3\n", 0o755, true},
		"python":         {"#!/usr/bin/env python3\nopen('ran','a').write('ran')\n", 0o755, true},
		"by its name":    {"#!/usr/bin/env sh\n. \"$(dirname \"$0\")/$(basename \"$0\").d\" && ran \"$@\"\n", 0o755, true},
		"bash":           {"#!/bin/bash\n[[ $0 = */post-commit ]] && ran=(ran) && echo >\"${ran[0]}\"\n", 0o755, true},
		"not executable": {"#!/bin/sh\necho ran >>ran\n", 0o644, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			file := p.file(filepath.Join(p.hooks, "post-commit"), hook.text, hook.mode)
			p.file(file+".d", "ran() { echo >ran; }\n", 0o644)
			p.install(p.program())
			p.install(p.program()) // an upgrade
			p.sh("git commit -q --allow-empty -m a")
			p.expect("chained", 1)
			if _, err := os.Stat(filepath.Join(p.dir, "ran")); (err == nil) != hook.runs {
				t.Errorf("the earlier hook: %v", err)
			}
			if err := hooks.Uninstall(p.hooks); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			info, statErr := os.Stat(file)
			if err != nil || statErr != nil || string(text) != hook.text || info.Mode().Perm() != hook.mode {
				t.Errorf("not put back: %q %v", text, err)
			}
			if _, err := os.Stat(filepath.Join(p.hooks, "post-rewrite")); err == nil {
				t.Error("post-rewrite is still there")
			}
		})
	}
}

// A tool that writes its hooks anew takes the place of ours, which comes back.
func TestHookWrittenAnew(t *testing.T) {
	p := newPlace(t)
	file := filepath.Join(p.hooks, "post-commit")
	anew := func() { p.file(file, "#!/bin/sh\necho ran >>ran\n", 0o755) }
	anew()
	p.install(p.program())
	p.sh("rm .git/hooks/post-commit")
	anew()
	p.install(p.program())
	p.sh("git commit -q --allow-empty -m a; test $(wc -l <ran) = 1")
	p.expect("installed again", 1)
	anew()
	if err := hooks.Uninstall(p.hooks); err != nil {
		t.Fatal(err)
	}
	p.sh("grep -q ran .git/hooks/post-commit; ! test -e .git/hooks/post-commit.mlhook-saved")
}

// pre-commit, installed over ours, moves it to .legacy and runs it from there.
func TestHookMovedByPreCommit(t *testing.T) {
	p := newPlace(t)
	params := hooks.Params{Binary: p.program(), Dir: filepath.Join(p.dir, ".git", "mlhook"), State: p.home}
	p.install(params.Binary)
	hook := filepath.Join(p.hooks, "post-commit")
	over := func() {
		p.sh("mv .git/hooks/post-commit .git/hooks/post-commit.legacy")
		p.file(hook, "#!/bin/sh\necho pre-commit\n\"$0.legacy\" \"$@\"\n", 0o755)
	}
	over()
	p.sh("git commit -q --allow-empty -m a")
	p.expect("below pre-commit", 1)
	if state, err := hooks.Status(p.hooks, params); err != nil || state != hooks.Ours {
		t.Errorf("below pre-commit it is %s, %v", state, err)
	}
	if err := hooks.Uninstall(p.hooks); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(hook + ".legacy"); err == nil {
		t.Error("uninstall leaves our hook for pre-commit to run")
	}
	if text, err := os.ReadFile(hook); err != nil || !strings.Contains(string(text), "pre-commit") {
		t.Errorf("uninstall takes pre-commit's hook: %v", err)
	}
	os.Remove(hook)
	p.install(params.Binary)
	over()
	p.install(params.Binary) // over pre-commit's, which is kept
	p.file(hook+".mlhook-saved", "#!/bin/sh\n[ ! -e \"$0.legacy\" ] || \"$0.legacy\" \"$@\"\n", 0o755)
	p.sh("git commit -q --allow-empty -m b")
	p.expect("above pre-commit", 1)
	if _, err := os.Stat(hook + ".legacy"); err == nil {
		t.Error("install leaves our hook for pre-commit to run a second time")
	}
}

func TestTakenBackupNameStopsInstall(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{"post-rewrite", "post-rewrite.mlhook-saved"} {
		p.file(filepath.Join(p.hooks, name), "#!/bin/sh\n# "+name+"\n", 0o755)
	}
	_, err := hooks.Install(p.hooks, hooks.Params{Binary: "/b", Dir: "/d", State: "/s"})
	if err == nil || !strings.Contains(err.Error(), "rename one of them") {
		t.Errorf("install: %v", err)
	}
	if state, _ := hooks.Status(p.hooks, hooks.Params{}); state != hooks.Absent {
		t.Errorf("half installed: %s", state)
	}
}

// Lines that somebody wrote into our hook are neither overwritten nor removed.
func TestChangedHookIsKept(t *testing.T) {
	p := newPlace(t)
	params := hooks.Params{Binary: p.program(), Dir: filepath.Join(p.dir, ".git", "mlhook"), State: p.home}
	p.install(params.Binary)
	p.sh("git commit -q --allow-empty -m a")
	p.expect("sealed", 1)
	file := filepath.Join(p.hooks, "post-rewrite")
	p.sh("echo 'echo mine' >>.git/hooks/post-rewrite")
	if state, err := hooks.Status(p.hooks, params); state != hooks.Changed {
		t.Errorf("%s, %v", state, err)
	}
	_, err := hooks.Install(p.hooks, params)
	for what, err := range map[string]error{"install": err, "uninstall": hooks.Uninstall(p.hooks)} {
		if err == nil || !strings.Contains(err.Error(), "move the lines that are yours into "+file+".mlhook-saved") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if text := p.sh("tail -n 1 .git/hooks/post-rewrite; ls .git/hooks/post-commit"); !strings.HasPrefix(text, "echo mine") {
		t.Error(text)
	}
	// As told.
	p.sh("cd .git/hooks; printf '#!/bin/sh\necho mine\n' >post-rewrite.mlhook-saved; chmod 755 post-rewrite.mlhook-saved; rm post-rewrite")
	p.install(params.Binary)
	if err := hooks.Uninstall(p.hooks); err != nil {
		t.Fatal(err)
	}
	p.sh("grep -q mine .git/hooks/post-rewrite; ! test -e .git/hooks/post-commit")
}
