package loop

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/store"
)

// layOut makes the tree of an attempt: the commit, the tweaked files, the data.
func (l *Loop) layOut(s engine.Session, trial, attempt int, files map[string][]byte) error {
	tree := store.TreeDir(l.Dir, trial, attempt)
	if err := l.remove(trial, attempt, "."); err != nil {
		return err
	}
	if err := copyTree(l.commitDir(), tree); err != nil {
		return fmt.Errorf("lay out trial %d: %w", trial, err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(tree, filepath.FromSlash(name)), text, 0o644); err != nil {
			return fmt.Errorf("lay out trial %d: %w", trial, err)
		}
	}
	if err := l.layOutCode(tree); err != nil {
		return fmt.Errorf("lay out trial %d: %w", trial, err)
	}
	return l.layOutData(s, filepath.Dir(tree))
}

// copyTree copies a file or directory; symlinks stay symlinks.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case info.Mode().IsRegular():
			return copyFile(name, target, info.Mode().Perm()|0o600)
		}
		return nil // sockets and devices are no part of a program
	})
}

func copyFile(from, to string, mode fs.FileMode) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
