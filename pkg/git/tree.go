package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func split(out string) []string {
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}

// Checkout lays a commit out in dir as the user's own checkout would be,
// filters, line ends and submodules included.
func (r *Repo) Checkout(ctx context.Context, commit, dir string) error {
	env, done, err := r.aside(nil)
	if err != nil {
		return err
	}
	defer done()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if _, err := r.runWith(ctx, env, nil, "read-tree", commit); err != nil {
		return fmt.Errorf("lay out commit %.10s: %w", commit, err)
	}
	prefix := strings.TrimRight(dir, string(filepath.Separator)) + string(filepath.Separator)
	if _, err := r.runWith(ctx, env, nil, "checkout-index", "--all", "--force", "--prefix="+prefix); err != nil {
		return fmt.Errorf("lay out commit %.10s: %w", commit, err)
	}
	subs, err := r.submodules(ctx, commit)
	if err != nil {
		return err
	}
	for _, s := range subs {
		if s.repo == nil || !straight(dir, s.path) { // git itself would not write through a link
			continue
		}
		if err := s.repo.Checkout(ctx, s.commit, filepath.Join(dir, filepath.FromSlash(s.path))); err != nil {
			return fmt.Errorf("submodule %s: %w", s.path, err)
		}
	}
	return nil
}

// aside gives the environment of an index and of a working tree that are nobody
// else's. The tree holds the given files and links to what else the user's holds,
// since a filter may be a script there, but not its attributes, which may be ones
// that the user is editing: git takes those it does not find from the index.
func (r *Repo) aside(files map[string][]byte) (env []string, done func(), err error) {
	dir, err := os.MkdirTemp("", "mlhook-aside-")
	if err != nil {
		return nil, nil, err
	}
	done = func() { os.RemoveAll(dir) }
	tree := filepath.Join(dir, "tree")
	if err := lay(tree, files); err != nil {
		done()
		return nil, nil, err
	}
	entries, err := os.ReadDir(r.Top)
	if err != nil {
		done()
		return nil, nil, err
	}
	for _, e := range entries {
		if name := e.Name(); name != ".git" && name != ".gitattributes" {
			os.Symlink(filepath.Join(r.Top, name), filepath.Join(tree, name)) // files given stay
		}
	}
	return []string{"GIT_INDEX_FILE=" + filepath.Join(dir, "index"), "GIT_WORK_TREE=" + tree}, done, nil
}

// lay writes files below a new directory.
func lay(dir string, files map[string][]byte) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// CommitTree makes a commit whose parent is base and whose tree differs from
// base's in the given files. File modes stay.
func (r *Repo) CommitTree(ctx context.Context, base string, files map[string][]byte, message string) (string, error) {
	env, done, err := r.aside(files)
	if err != nil {
		return "", err
	}
	defer done()
	if _, err := r.runWith(ctx, env, nil, "read-tree", base); err != nil {
		return "", fmt.Errorf("commit the tweak: %w", err)
	}
	names := strings.Join(slices.Collect(maps.Keys(files)), "\x00")
	// Line ends may be mixed where a tweak added a line; that is no reason to refuse.
	if _, err := r.runWith(ctx, env, []byte(names), "-c", "core.fileMode=false", "-c", "core.safecrlf=false", "update-index", "--add", "-z", "--stdin"); err != nil {
		return "", fmt.Errorf("commit the tweak: %w", err)
	}
	tree, err := r.runWith(ctx, env, nil, "write-tree")
	if err != nil {
		return "", fmt.Errorf("commit the tweak: %w", err)
	}
	sha, err := r.runWith(ctx, r.identity(ctx), []byte(message), "commit-tree", strings.TrimSpace(tree), "-p", base, "-F", "-")
	if err != nil {
		return "", fmt.Errorf("commit the tweak: %w", err)
	}
	return strings.TrimSpace(sha), nil
}

// identity is a fallback for users who never told git who they are. Git may know
// them as committer only.
func (r *Repo) identity(ctx context.Context) []string {
	for _, who := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		if _, err := r.run(ctx, "var", who); err != nil {
			return []string{"GIT_AUTHOR_NAME=mlhook", "GIT_AUTHOR_EMAIL=mlhook@localhost",
				"GIT_COMMITTER_NAME=mlhook", "GIT_COMMITTER_EMAIL=mlhook@localhost"}
		}
	}
	return nil
}

// UpdateRef makes a ref point at a commit.
func (r *Repo) UpdateRef(ctx context.Context, ref, commit string) error {
	_, err := r.run(ctx, "update-ref", ref, commit)
	return err
}

// Note writes the note of a commit in refs/notes/mlhook, replacing mlhook's
// earlier one.
func (r *Repo) Note(ctx context.Context, commit, text string) error {
	identity := r.identity(ctx)
	for try := 1; ; try++ {
		_, err := r.runWith(ctx, identity, []byte(text), "notes", "--ref=mlhook", "add", "--force", "--file=-", commit)
		if err == nil || try == noteTries {
			return err
		}
		select { // another run may be writing its note
		case <-time.After(time.Duration(try) * 20 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// noteTries bounds the attempts at a note while others write theirs.
const noteTries = 12

// patch makes a patch that `git apply` takes: plumbing, so that no diff setting
// of the user's has a say, and text even where attributes say -diff.
var patch = []string{"diff-tree", "-p", "--no-ext-diff", "--no-textconv", "--no-renames", "--text"}

// apply takes such a patch, whatever the user's apply settings.
var apply = []string{"apply", "--whitespace=nowarn", "--no-ignore-whitespace"}

// Diff returns the difference between two commits as a patch.
func (r *Repo) Diff(ctx context.Context, a, b string, color bool) (string, error) {
	when := "--color=never"
	if color {
		when = "--color=always"
	}
	return r.run(ctx, append(slices.Clone(patch), when, a, b)...)
}

// ErrLocalChanges says that a file to be changed has changes of the user's.
var ErrLocalChanges = errors.New("has changes of your own; commit or stash them first")

// ErrApplied says that the difference is there already.
var ErrApplied = errors.New("the tweak is in your files already; there is nothing to do")

// Apply puts the difference between two commits into the working tree, all of
// it or nothing. The index stays as it is.
func (r *Repo) Apply(ctx context.Context, a, b string) ([]string, error) {
	out, err := r.run(ctx, "diff-tree", "-r", "-z", "--name-only", "--no-renames", a, b)
	if err != nil {
		return nil, err
	}
	names := split(out)
	tweak, err := r.run(ctx, append(slices.Clone(patch), "--binary", "--full-index", a, b)...)
	if err != nil {
		return nil, err
	}
	if _, err := r.runWith(ctx, nil, []byte(tweak), append(slices.Clone(apply), "--reverse", "--check", "-")...); err == nil {
		return nil, ErrApplied
	}
	for _, name := range names {
		dirty, err := r.run(ctx, "status", "--porcelain", "-z", "--", ":(top,literal)"+name)
		if err != nil {
			return nil, err
		}
		if dirty != "" {
			return nil, fmt.Errorf("%s %w", name, ErrLocalChanges)
		}
	}
	if _, err := r.runWith(ctx, nil, []byte(tweak), append(slices.Clone(apply), "-")...); err != nil {
		return nil, fmt.Errorf("the tweak does not fit your files any more; look at it with `mlhook diff`: %w", err)
	}
	return names, nil
}
