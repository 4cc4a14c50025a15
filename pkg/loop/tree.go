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
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// copyLimit is the size up to which untracked data is copied into each tree, so
// that a script may write beside it; larger data is mapped read-only.
const copyLimit = 64 << 20

// mapped is untracked data of the user's working tree that the program reads.
type mapped struct {
	path   string // within the repository, "/"-separated
	source string // absolute
	copied bool
}

// mapData finds the untracked data that the code names.
func (l *Loop) mapData() ([]mapped, error) {
	var found []mapped
	for _, d := range l.program.Data {
		switch d.Kind {
		case "missing":
			l.say("inspect", "%s is named by the program but not there; the script may create it", d.Path)
		case "outside":
			if !filepath.IsAbs(d.Path) || !l.allowed(d.Path) {
				return nil, &ending{verdict: run.Failed, cause: run.CauseSetup, reason: fmt.Sprintf(
					"%s lies outside the repository; allow it with `git config --add mlhook.mounts %q`, or put it inside", d.Path, d.Path)}
			}
			found = append(found, mapped{path: d.Path, source: d.Path})
		case "untracked", "ignored":
			m := mapped{path: path.Join(path.Dir(l.program.Entry), d.Path)}
			m.source = filepath.Join(l.Top, filepath.FromSlash(m.path))
			real, err := filepath.EvalSymlinks(m.source)
			if err != nil {
				return nil, err
			}
			if top, err := filepath.EvalSymlinks(l.Top); err == nil && !within(top, real) && !l.allowed(real) {
				return nil, &ending{verdict: run.Failed, cause: run.CauseSetup, reason: fmt.Sprintf(
					"%s leads to %s, outside the repository; allow it with `git config --add mlhook.mounts %q`", d.Path, real, real)}
			}
			m.source = real
			size, err := sizeOf(real)
			if err != nil {
				return nil, err
			}
			m.copied = size <= copyLimit
			found = append(found, m)
		}
	}
	return found, nil
}

func (l *Loop) allowed(name string) bool {
	for _, m := range l.Settings.Mounts {
		if within(m, name) {
			return true
		}
	}
	return false
}

func within(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

func sizeOf(name string) (total int64, err error) {
	err = filepath.WalkDir(name, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// engineMounts are the data that the engine has to show to the trials.
func (l *Loop) engineMounts() []engine.Mount {
	var mounts []engine.Mount
	for i, m := range l.mounts {
		if !m.copied {
			mounts = append(mounts, engine.Mount{Source: m.source, Name: fmt.Sprintf("d%d", i)})
		}
	}
	return mounts
}

// layOut makes the tree of an attempt: the commit, the tweaked files, the data.
func (l *Loop) layOut(trial, attempt int, files map[string][]byte) error {
	tree := store.TreeDir(l.Dir, trial, attempt)
	if err := os.RemoveAll(filepath.Dir(tree)); err != nil {
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
	for i, m := range l.mounts {
		if filepath.IsAbs(m.path) {
			continue // the engine shows it where it is
		}
		to := filepath.Join(tree, filepath.FromSlash(m.path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if m.copied {
			if err := copyTree(m.source, to); err != nil {
				return fmt.Errorf("copy %s: %w", m.path, err)
			}
		} else if err := os.Symlink(l.session.DataPath(fmt.Sprintf("d%d", i)), to); err != nil {
			return err
		}
	}
	return nil
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
