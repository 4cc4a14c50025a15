// Package git drives the user's repository with the git program: push,
// snapshot, refs and notes. It obeys the user's credential helpers, filters and
// pre-push hook, and never touches the working tree or index, except in Apply,
// which the user asks for.
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrNotRepository says that a directory is in no git repository.
var ErrNotRepository = errors.New("not a git repository; go to one, or make one with `git init`")

// ErrBare says that a repository has no working tree.
var ErrBare = errors.New("this is a bare repository; run mlhook in a working tree of it")

// A Repo is a repository with a working tree.
type Repo struct {
	Top    string // working tree, absolute; Common where there is none
	Dir    string // git dir, absolute; differs from Common in a linked worktree
	Common string // git common dir, absolute
	// Session is environment of the user's session, where a push finds the ssh
	// agent and the keyring; the process may have been started from another one.
	Session []string
}

// Open finds the repository that dir lies in.
func Open(ctx context.Context, dir string) (*Repo, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	r := &Repo{Top: abs}
	out, err := r.run(ctx, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir", "--git-common-dir", "--show-toplevel")
	lines := strings.SplitN(strings.TrimSuffix(out, "\n"), "\n", 5)
	if len(lines) > 2 && lines[1] != "true" { // there may be no top level then, an error
		if lines[0] == "true" {
			return nil, fmt.Errorf("%s: %w", abs, ErrBare)
		}
		return nil, fmt.Errorf("%s is in no working tree of %s; go to one, `git worktree list` names them", abs, lines[2])
	}
	if err != nil {
		return nil, notOpened(abs, err)
	}
	if len(lines) != 5 {
		return nil, fmt.Errorf("git rev-parse answers %q", out)
	}
	r.Dir, r.Common, r.Top = lines[2], lines[3], lines[4]
	if !filepath.IsAbs(r.Common) {
		r.Common = filepath.Join(abs, r.Common)
	}
	if r.Common, err = filepath.EvalSymlinks(r.Common); err != nil {
		return nil, err
	}
	return r, nil
}

// notOpened says why git finds no repository and what to do.
func notOpened(dir string, err error) error {
	var failed *Error
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("git is not installed; install it with your package manager")
	case errors.As(err, &failed) && strings.Contains(failed.Stderr, "not a git repository (or any"):
		return fmt.Errorf("%s: %w", dir, ErrNotRepository)
	}
	return fmt.Errorf("git cannot open the repository of %s; mend it until `git status` works there: %w", dir, err)
}

// Tree returns a working tree of the repository with this common dir: the first
// of those wanted that is still there, else any.
func Tree(ctx context.Context, common string, wanted ...string) (string, error) {
	out, err := (&Repo{Top: common, Common: common}).run(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		if top, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "worktree "); ok {
			wanted = append(wanted, top)
		}
	}
	for _, top := range wanted {
		if found, err := Open(ctx, top); err == nil && found.Common == common {
			return found.Top, nil
		}
	}
	return "", fmt.Errorf("no working tree of %s is left; make one with `git worktree add`", common)
}

// An Error is a git command that failed.
type Error struct {
	Args   []string
	Stderr string
	Err    error
}

func (e *Error) Error() string {
	// On one line, for the last of several seldom tells: a filter's words come first.
	text := strings.ReplaceAll(strings.TrimSpace(e.Stderr), "\n", "; ")
	if text == "" {
		text = e.Err.Error()
	}
	return fmt.Sprintf("git %s: %s", e.Args[0], text)
}

func (e *Error) Unwrap() error { return e.Err }

// quiet keeps plumbing from starting daemons, maintenance or hooks, from leaving
// the shared part of our index in the repository, and from taking our UTF-8 for
// the encoding of the user's messages.
var quiet = []string{"-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.hooksPath=" + os.DevNull,
	"-c", "core.splitIndex=false", "-c", "i18n.commitEncoding=UTF-8"}

// run runs plumbing in the working tree and returns what it prints.
func (r *Repo) run(ctx context.Context, args ...string) (string, error) {
	return r.exec(ctx, nil, nil, append(slices.Clone(quiet), args...))
}

// runWith is run with additional environment and standard input.
func (r *Repo) runWith(ctx context.Context, env []string, stdin []byte, args ...string) (string, error) {
	return r.exec(ctx, env, stdin, append(slices.Clone(quiet), args...))
}

func (r *Repo) exec(ctx context.Context, env []string, stdin []byte, args []string) (string, error) {
	cmd := r.command(ctx, env, args)
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return stdout.String(), &Error{Args: slices.DeleteFunc(slices.Clone(args), isQuiet), Stderr: stderr.String(), Err: err}
	}
	return stdout.String(), nil
}

// command is a git process in the working tree with nothing but its own
// repository in view.
func (r *Repo) command(ctx context.Context, env, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.Top
	cmd.Env = append(append(Environ(), "MLHOOK=0", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"), env...)
	if r.Top == r.Common { // safe.bareRepository may forbid git to find it by itself
		cmd.Env = append(cmd.Env, "GIT_DIR="+r.Common)
	}
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func isQuiet(arg string) bool { return slices.Contains(quiet, arg) }

// kept are the GIT_ variables that a child may see; all others, which git sets
// for hooks, would point it at the wrong repository or index.
var kept = []string{"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
	"GIT_SSL_NO_VERIFY", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_PROXY_COMMAND"}

// Environ is this process's environment without what git sets for a hook.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return strings.HasPrefix(name, "GIT_") && !slices.Contains(kept, name)
	})
}

// Head returns the commit of HEAD and its short branch name, empty when HEAD is
// detached.
func (r *Repo) Head(ctx context.Context) (sha, branch string, err error) {
	if sha, err = r.Resolve(ctx, "HEAD"); err != nil {
		return "", "", errors.New("there is no commit yet; make one with `git commit`")
	}
	out, err := r.run(ctx, "symbolic-ref", "--quiet", "--short", "HEAD")
	if err != nil {
		return sha, "", nil
	}
	return sha, strings.TrimSpace(out), nil
}

// BranchAt names the one branch that a commit is the tip of; empty for none, or
// where there are several.
func (r *Repo) BranchAt(ctx context.Context, commit string) (string, error) {
	out, err := r.run(ctx, "for-each-ref", "--format=%(refname:lstrip=2)", "--points-at", commit, "refs/heads")
	if branch := strings.TrimSpace(out); err == nil && !strings.Contains(branch, "\n") {
		return branch, nil
	}
	return "", err
}

// Resolve returns the commit that a revision names.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("%q names no commit here; `git log` lists them", rev)
	}
	return strings.TrimSpace(out), nil
}

// Descends tells whether a commit follows from an older one, as after an
// ordinary commit and not after an amend.
func (r *Repo) Descends(ctx context.Context, older, newer string) (bool, error) {
	_, err := r.run(ctx, "merge-base", "--is-ancestor", older, newer)
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.ExitCode() == 1 {
		return false, nil
	}
	return err == nil, err
}

// HooksDir returns where git looks for hooks; scope is "" for the default, or
// that of core.hooksPath: "local", "worktree", "global", "system".
func (r *Repo) HooksDir(ctx context.Context) (dir, scope string, err error) {
	out, err := r.exec(ctx, nil, nil, []string{"rev-parse", "--git-path", "hooks"})
	if err != nil {
		return "", "", err
	}
	if dir = strings.TrimSpace(out); !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Top, dir)
	}
	for _, scope := range []string{"local", "worktree", "global", "system"} { // --show-scope needs git 2.26
		if _, err := r.exec(ctx, nil, nil, []string{"config", "--includes", "--" + scope, "--get", "core.hooksPath"}); err == nil {
			return dir, scope, nil
		}
	}
	return dir, "", nil
}

// Config returns the values of all keys below prefix ("mlhook."), by the rest
// of the key, in lower case as git gives it, later ones overriding.
func (r *Repo) Config(ctx context.Context, prefix string) (map[string][]string, error) {
	values := map[string][]string{}
	out, err := r.exec(ctx, nil, nil, []string{"config", "-z", "--get-regexp", "^" + strings.ReplaceAll(prefix, ".", `\.`)})
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.ExitCode() == 1 {
		return values, nil // no such key
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range strings.Split(strings.TrimSuffix(out, "\x00"), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		key = strings.TrimPrefix(key, prefix)
		values[key] = append(values[key], value)
	}
	return values, nil
}

// ReadFiles returns those of some files that a commit has, by name.
func (r *Repo) ReadFiles(ctx context.Context, commit string, names ...string) (map[string][]byte, error) {
	args := []string{"ls-tree", "-z", "--name-only", commit, "--"}
	for _, name := range names {
		args = append(args, ":(top,literal)"+name)
	}
	listed, err := r.run(ctx, args...)
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	for _, name := range split(listed) {
		text, err := r.run(ctx, "cat-file", "blob", commit+":"+name)
		if err != nil {
			return nil, err
		}
		texts[name] = []byte(text)
	}
	return texts, nil
}

// Touched lists those of some files that the newest commit changed, up to this
// one, which changed any of them; a merge changes what it brings.
func (r *Repo) Touched(ctx context.Context, commit string, names ...string) ([]string, error) {
	args := []string{"-c", "log.diffMerges=separate", "log", "-1", "--first-parent", "-m", "--root", "--no-show-signature", "--no-renames", "--no-relative", "--format=", "--name-only", "-z", commit, "--"}
	for _, name := range names {
		args = append(args, ":(top,literal)"+name)
	}
	listed, err := r.run(ctx, args...)
	if err != nil {
		return nil, err
	}
	return split(listed), nil
}

// Classify says how git sees a path of the working tree that the commit in it
// does not have, and of a directory what of it the commit does not have:
// "untracked", "ignored", or "missing" where there is nothing such.
func (r *Repo) Classify(ctx context.Context, name string) (string, error) {
	info, err := os.Stat(filepath.Join(r.Top, filepath.FromSlash(name)))
	if err != nil {
		return "missing", nil
	}
	if info.IsDir() {
		others, err := r.run(ctx, "--literal-pathspecs", "ls-files", "-z", "--others", "--directory", "--", name)
		if err != nil || others == "" {
			return "missing", err
		}
		name = split(others)[0]
	}
	if _, err := r.run(ctx, "check-ignore", "--quiet", "--", name); err == nil {
		return "ignored", nil
	}
	return "untracked", nil
}
