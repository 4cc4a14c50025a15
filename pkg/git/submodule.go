package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A submodule is the commit of another repository that a commit holds.
type submodule struct {
	path, commit string
	repo         *Repo // nil where the working tree has none that has the commit
}

// submodules are those of a commit.
func (r *Repo) submodules(ctx context.Context, commit string) (subs []submodule, err error) {
	named, err := r.run(ctx, "ls-tree", "--full-tree", commit, "--", ".gitmodules")
	if err == nil && named == "" {
		return nil, nil // most have none, and their list may be long
	}
	listed, err := r.run(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, fmt.Errorf("list commit %.10s: %w", commit, err)
	}
	for _, line := range split(listed) {
		head, name, _ := strings.Cut(line, "\t")
		if object, ok := strings.CutPrefix(head, "160000 commit "); ok {
			subs = append(subs, submodule{name, object, r.submodule(ctx, name, object)})
		}
	}
	return subs, nil
}

// submodule opens the repository at a path of the working tree; nil where there is
// none, or none with that commit. Without a .git of its own git would take files
// of the commit that look like a repository for one, with their settings.
func (r *Repo) submodule(ctx context.Context, name, commit string) *Repo {
	top := filepath.Join(r.Top, filepath.FromSlash(name))
	if _, err := os.Lstat(filepath.Join(top, ".git")); err != nil || !straight(r.Top, name) {
		return nil
	}
	repo, err := Open(ctx, top)
	if err != nil {
		return nil
	}
	if _, err := repo.Resolve(ctx, commit); err != nil {
		return nil
	}
	return repo
}

// straight tells whether no symlink is on the way to what a directory has of a name.
func straight(dir, name string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	want := filepath.Join(dir, filepath.FromSlash(name))
	real, err := filepath.EvalSymlinks(want)
	return err == nil && real == want
}

// Submodules are the paths of a commit's submodules: those that Checkout and Files
// bring, and those that are empty directories, since the working tree lacks them.
func (r *Repo) Submodules(ctx context.Context, commit string) (present, absent []string, err error) {
	subs, err := r.submodules(ctx, commit)
	for _, s := range subs {
		if s.repo != nil {
			present = append(present, s.path)
		} else {
			absent = append(absent, s.path)
		}
	}
	return present, absent, err
}
