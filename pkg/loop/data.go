package loop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/run"
)

// copyLimit is the size up to which untracked data is copied into each tree, so
// that a script may write beside it; larger data is mapped read-only.
const copyLimit = 64 << 20

// mapped is data that the program reads and that is no part of its commit, or
// not where the program looks for it.
type mapped struct {
	path   string // within the repository, "/"-separated; empty where only at counts
	source string // absolute
	copied bool
	// at is where the engine shows it, absolute or below "~"; empty for none.
	at string
}

// A symlink stands in an attempt's directory for a file of its tree.
type symlink struct {
	at string // relative to the attempt's directory, "/"-separated: "input/x.csv", "tree/src/x.csv"
	to string // within the repository
}

// mapData finds out how each path that the program reads gets into a trial.
func (l *Loop) mapData() error {
	l.mounts, l.links = nil, nil
	for _, d := range l.program.Data {
		within := path.Join(l.program.Dir, d.Path)
		host, here := l.onHost(d.Path)
		var err error
		switch {
		case d.Kind == "outside" && here && (d.Mapped == "" || l.allowed(host)):
			err = l.mapOutside(d, host)
		case d.Mapped != "":
			err = l.mapStandIn(d, within)
		case d.Kind == "untracked" || d.Kind == "ignored" || d.Kind == "mixed":
			err = l.mapOwn(within)
		case d.Kind != "tracked":
			l.say("inspect", "%s: %s", d.Path, d.How)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// onHost is what a path that does not depend on where a program runs means on
// this machine, and whether it is there.
func (l *Loop) onHost(name string) (host string, here bool) {
	host = expand(name)
	if !filepath.IsAbs(host) {
		return host, false
	}
	_, err := os.Stat(host)
	return host, err == nil
}

// expand puts the user's home in the place of "~".
func expand(name string) string {
	rest, ok := strings.CutPrefix(name, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return name
	}
	return filepath.Join(home, rest)
}

// mapOutside shows a file of this machine where it is.
func (l *Loop) mapOutside(d inspect.Data, host string) error {
	if !l.allowed(host) {
		return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: d.Path + ": " + d.How}
	}
	l.show(mapped{source: host, at: d.Path})
	return nil
}

// mapStandIn lets a file of the repository appear where the program looks for it.
func (l *Loop) mapStandIn(d inspect.Data, within string) error {
	if path.IsAbs(d.Path) || strings.HasPrefix(d.Path, "~") {
		source, err := l.origin(d.Mapped)
		if err == nil {
			l.show(mapped{source: source, at: d.Path})
		}
		return err
	}
	at := path.Join("tree", within)
	if strings.HasPrefix(at, "../") {
		l.say("inspect", "%s: %s", d.Path, d.How)
		return nil
	}
	l.links = append(l.links, symlink{at, d.Mapped})
	return l.mapOwn(d.Mapped)
}

// origin is where a path of the repository lies for all trials: in the commit;
// in the working tree, where the commit lacks it or a part of it.
func (l *Loop) origin(name string) (string, error) {
	others, err := l.others(name)
	switch {
	case err != nil:
		return "", err
	case len(others) == 0:
		return l.resolve(l.commitDir(), name)
	}
	return l.resolve(l.Top, name)
}

// show has the engine show data at a place. What lies below one that is shown
// already is there with it.
func (l *Loop) show(m mapped) {
	if !l.Engine.Places(engine.Mount{Source: m.source, At: m.at}) {
		l.say("inspect", "%s: the %s engine cannot show %s there; name that file in the program", m.at, l.Engine.Name(), m.source)
		return
	}
	for _, other := range l.mounts {
		if rel, ok := strings.CutPrefix(m.at, other.at+"/"); ok && other.at != "" {
			if filepath.Join(other.source, filepath.FromSlash(rel)) != m.source {
				l.say("inspect", "%s: %s is shown at %s, so that %s cannot be shown within it; move it there", m.at, other.source, other.at, m.source)
			}
			return
		}
	}
	l.mounts = slices.DeleteFunc(l.mounts, func(other mapped) bool {
		return other.at != "" && (other.at == m.at || strings.HasPrefix(other.at, m.at+"/"))
	})
	l.mounts = append(l.mounts, m)
}

// mapOwn brings a path of the repository into the trees, as far as the commit
// does not have it.
func (l *Loop) mapOwn(name string) error {
	others, err := l.others(name)
	if err != nil {
		return err
	}
	for _, other := range others {
		if slices.ContainsFunc(l.mounts, func(m mapped) bool { return m.path != "" && within(m.path, other) }) {
			continue // it comes with that
		}
		source, err := l.resolve(l.Top, other)
		if err != nil {
			return err
		}
		size, err := sizeOf(source)
		if err != nil {
			return err
		}
		l.mounts = slices.DeleteFunc(l.mounts, func(m mapped) bool { return m.path != "" && within(other, m.path) })
		l.mounts = append(l.mounts, mapped{path: other, source: source, copied: size <= copyLimit})
	}
	return nil
}

// others are the paths at and below one of the repository that the commit
// lacks; of a directory that it lacks only that.
func (l *Loop) others(name string) (found []string, err error) {
	committed, err := os.Lstat(filepath.Join(l.commitDir(), filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{name}, nil
	}
	if err != nil || !committed.IsDir() {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(l.Top, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || e.Name() == "__pycache__" {
			continue // made by tools
		}
		below, err := l.others(path.Join(name, e.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, below...)
	}
	return found, err
}

// resolve follows symlinks of data in the commit or the working tree. What leads
// out of both needs the user's leave.
func (l *Loop) resolve(dir, name string) (string, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", &ending{verdict: run.Failed, cause: run.CauseSetup, reason: name +
			" is gone, or a symlink that leads nowhere; put the data there, or let the link lead to it"}
	}
	if err != nil {
		return "", err
	}
	if l.secret(real) {
		return "", &ending{verdict: run.Failed, cause: run.CauseSetup, reason: name +
			" leads into git's own directory, which may hold credentials and is shown to no training; keep the data elsewhere"}
	}
	if l.allowed(real) {
		return real, nil
	}
	for _, own := range []string{l.Top, l.commitDir()} {
		if own, err := filepath.EvalSymlinks(own); err == nil && within(own, real) {
			return real, nil
		}
	}
	return "", &ending{verdict: run.Failed, cause: run.CauseSetup, reason: fmt.Sprintf(
		"%s leads to %s, outside the repository; allow it with `git config --add mlhook.mounts %q`", name, real, real)}
}

// secret tells whether a path, without symlinks, lies in git's own directory, of
// this repository or another, or holds this one's.
func (l *Loop) secret(real string) bool {
	if slices.ContainsFunc(strings.Split(real, string(filepath.Separator)), func(part string) bool { return strings.EqualFold(part, ".git") }) {
		return true
	}
	common, err := filepath.EvalSymlinks(l.Common)
	return err == nil && (within(common, real) || within(real, common))
}

func (l *Loop) allowed(name string) bool {
	for _, m := range l.Settings.Mounts {
		if within(expand(m), name) {
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
			mounts = append(mounts, engine.Mount{Source: m.source, Name: fmt.Sprintf("d%d", i), At: m.at})
		}
	}
	return mounts
}

// layOutData puts data and links into the directory of an attempt. Symlinks of
// the commit lead nowhere out of it.
func (l *Loop) layOutData(s engine.Session, root *os.Root) (err error) {
	for i, m := range l.mounts {
		if m.path == "" {
			continue // the engine shows it where it is
		}
		to := inTree(m.path)
		if err := root.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("make room for %s: %w", m.path, err)
		}
		if m.copied {
			err = copyTree(m.source, root, to)
		} else {
			err = root.Symlink(s.DataPath(fmt.Sprintf("d%d", i)), to)
		}
		if err != nil {
			return fmt.Errorf("lay out %s: %w", m.path, err)
		}
	}
	for _, k := range l.links {
		dir := path.Dir(k.at)
		if _, err := root.Lstat(filepath.FromSlash(k.at)); err == nil {
			continue
		}
		to, err := filepath.Rel(filepath.FromSlash(dir), inTree(k.to))
		if err == nil {
			err = root.MkdirAll(filepath.FromSlash(dir), 0o755)
		}
		if err == nil {
			err = root.Symlink(to, filepath.FromSlash(k.at))
		}
		if err != nil {
			return fmt.Errorf("let %s stand for %s: %w", k.to, k.at, err)
		}
	}
	return nil
}
