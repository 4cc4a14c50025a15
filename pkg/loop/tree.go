package loop

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/mlhook/mlhook/pkg/engine"
)

// layOut makes the tree of an attempt: the commit, the tweaked files, the data.
// It writes below a root, since a trial that trains beside it may put links there.
func (l *Loop) layOut(s engine.Session, trial, attempt int, files map[string][]byte) error {
	if err := l.remove(trial, attempt, "."); err != nil {
		return err
	}
	dir, err := l.makeAttempt(trial, attempt)
	if err != nil {
		return fmt.Errorf("lay out trial %d: %w", trial, err)
	}
	defer dir.Close()
	if err := copyTree(l.commitDir(), dir, "tree"); err != nil {
		return fmt.Errorf("lay out trial %d: %w", trial, err)
	}
	for name, text := range files {
		if err := dir.WriteFile(inTree(name), text, 0o644); err != nil {
			return fmt.Errorf("lay out trial %d: %w", trial, err)
		}
	}
	if err := l.layOutCode(dir, files); err != nil {
		return fmt.Errorf("lay out trial %d: %w", trial, err)
	}
	return l.layOutData(s, dir)
}

// makeAttempt makes the directory of an attempt.
func (l *Loop) makeAttempt(trial, attempt int) (*os.Root, error) {
	trials := filepath.Join(l.Dir, "trials")
	if err := os.MkdirAll(trials, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(trials)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	name := filepath.Join(fmt.Sprint(trial), fmt.Sprint(attempt))
	if err := root.MkdirAll(name, 0o755); err != nil {
		return nil, err
	}
	return root.OpenRoot(name)
}

// inTree is where an attempt's directory has a file of the repository.
func inTree(name string) string { return filepath.Join("tree", filepath.FromSlash(name)) }

// copyTree copies a file or directory to a place below root; symlinks stay
// symlinks.
func copyTree(from string, root *os.Root, to string) error {
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
			return root.MkdirAll(target, 0o755)
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return root.Symlink(link, target)
		case info.Mode().IsRegular():
			return copyFile(name, root, target, info.Mode().Perm()|0o600)
		}
		return nil // sockets and devices are no part of a program
	})
}

func copyFile(from string, root *os.Root, to string, mode fs.FileMode) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// dropTree frees the disk of an attempt that is over.
func (l *Loop) dropTree(trial, attempt int) {
	if err := l.remove(trial, attempt, "tree"); err != nil {
		l.say("train", "%v", err)
	}
}

// remove removes what an attempt left, or a part of it. Trials write there, and
// a link of theirs that leads elsewhere is an error.
func (l *Loop) remove(trial, attempt int, part string) error {
	root, err := os.OpenRoot(filepath.Join(l.Dir, "trials"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.RemoveAll(path.Join(fmt.Sprint(trial), fmt.Sprint(attempt), part)); err != nil {
		return fmt.Errorf("remove what trial %d left: %w", trial, err)
	}
	return nil
}
