package inspect

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// Kinds of data besides those of git (untracked, ignored, missing).
const (
	tracked = "tracked"
	mixed   = "mixed"
	outside = "outside"
	missing = "missing"
)

// findData lists the paths that the program reads, and finds the directory that
// they are seen from.
func findData(p *Program, src Source, t *trace, hints Hints) error {
	w := pathfinder{trace: t, every: true}
	var read []reading
	for _, name := range hints.Data {
		read = append(read, reading{name: name})
	}
	var writes []string
	t.each(func(mod *project.Module, c *pysrc.Call) {
		if name := w.writing(mod, c); name != "" {
			writes = append(writes, name)
		} else {
			read = append(read, w.readings(mod, c)...)
		}
	})
	texts := append(configured(t), hints.Args...)
	for _, text := range texts {
		if dataName.MatchString(text) && !strings.Contains(text, "://") {
			read = append(read, reading{path.Clean(text), true})
		}
	}
	if err := startDirectory(p, src, t, read, texts, hints); err != nil {
		return err
	}
	m := mapper{src: src, dir: p.Dir}
	written := map[string]bool{}
	for _, name := range writes {
		written[seenFrom(m.dir, name)] = true
	}
	seen, sure := map[string]bool{}, map[string]bool{}
	for _, r := range read {
		r.name = seenFrom(m.dir, r.name)
		sure[r.name] = sure[r.name] || !r.guess
		if seen[r.name] {
			continue
		}
		seen[r.name] = true
		d, err := m.place(r.name)
		if err != nil {
			return err
		}
		away := d.Kind == outside || d.Kind == missing
		if away && (written[r.name] || r.guess && d.Mapped == "" && !elsewhere.MatchString(r.name)) {
			continue // the program makes it, or may well make it
		}
		p.Data = append(p.Data, d)
	}
	ambiguous(p.Data)
	for i, d := range p.Data {
		if p.Data[i].How = m.how(d); p.Data[i].How == unfetched && sure[d.Path] && !written[d.Path] && p.Problem == nil {
			problem := d.Path + " is " + unfetched
			p.Problem = &problem
		}
	}
	return nil
}

// A mapper finds what takes the place of a path in a trial.
type mapper struct {
	src Source
	dir string // where the program runs
}

// within is a relative path as one of the repository; it may begin with "..".
func (m mapper) within(name string) string { return path.Join(m.dir, name) }

func isOutside(within string) bool { return within == ".." || strings.HasPrefix(within, "../") }

func isAnchored(name string) bool { return path.IsAbs(name) || strings.HasPrefix(name, "~") }

// place classifies a path and finds the file of the repository that stands for it.
func (m mapper) place(name string) (d Data, err error) {
	d = Data{Path: name, Kind: outside}
	if !isAnchored(name) && !isOutside(m.within(name)) {
		if d.Kind, err = m.kind(m.within(name)); err != nil {
			return d, err
		}
	}
	if d.Kind == outside || d.Kind == missing {
		d.Mapped, err = m.standIn(d)
	}
	return d, err
}

// kind says where a path of the repository comes from.
func (m mapper) kind(name string) (string, error) {
	if name == "." {
		return tracked, nil
	}
	info, err := fs.Lstat(m.src.FS, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		return m.src.Classify(name)
	case err != nil:
		return "", err
	case !info.IsDir():
		return tracked, nil
	}
	rest, err := m.src.Classify(name)
	if rest == "untracked" || rest == "ignored" {
		return mixed, err
	}
	return tracked, err
}

// homes are directories that people keep data in.
var homes = []string{"", "data", "input", "dataset", "datasets"}

// standIn looks for what a path that is not there means: the longest end of it
// that is found beside the script or in the repository.
func (m mapper) standIn(d Data) (string, error) {
	parts := strings.Split(strings.Trim(path.Clean(d.Path), "/"), "/")
	for i := range parts {
		tail := path.Join(parts[i:]...)
		if strings.HasPrefix(tail, "..") || strings.HasPrefix(tail, "~") || tail == "." {
			continue
		}
		for _, base := range slices.Compact([]string{m.dir, "."}) {
			for _, home := range homes {
				name := path.Join(base, home, tail)
				if d.Kind == missing && name == m.within(d.Path) {
					continue
				}
				if kind, err := m.kind(name); err != nil || kind != missing {
					return name, err
				}
			}
		}
	}
	return "", nil
}

// ambiguous takes back stand-ins of several files that only share a name, as
// a/train.csv and b/train.csv do.
func ambiguous(data []Data) {
	meant := map[string]map[string]bool{}
	for _, d := range data {
		if d.Mapped != "" && path.Base(path.Dir(d.Mapped)) != path.Base(path.Dir(d.Path)) {
			if meant[d.Mapped] == nil {
				meant[d.Mapped] = map[string]bool{}
			}
			meant[d.Mapped][path.Base(path.Dir(d.Path))] = true
		}
	}
	for i := range data {
		if len(meant[data[i].Mapped]) > 1 {
			data[i].Mapped = ""
		}
	}
}

// elsewhere matches where the data of hosted notebooks is.
var elsewhere = regexp.MustCompile(`^(?:/kaggle/input|(?:\.\./)+input|/content/drive/(?:MyDrive|My Drive|Shareddrives)|/content)(?:/|$)`)

// suggested is where in the repository a file would be found for a path.
func suggested(name string) string {
	if at := elsewhere.FindString(name); strings.HasSuffix(strings.Trim(at, "/"), "input") {
		return path.Join("input", name[len(at):])
	}
	return path.Join("data", path.Base(name))
}

// how says how data gets into a trial, or what to do so that it does.
func (m mapper) how(d Data) string {
	within := m.within(d.Path)
	reachable := isAnchored(d.Path) || !strings.HasPrefix(within, "../..")
	switch {
	case (d.Mapped != "" || d.Kind == tracked) && isPointer(m.src.FS, cmp.Or(d.Mapped, within)):
		return unfetched
	case d.Mapped != "" && isAnchored(d.Path):
		own := seenFrom(m.dir, path.Join(top, d.Mapped))
		return fmt.Sprintf("trials in a container see %s of the repository there, read-only; the local engine cannot show it there: for that, name %s in the program", d.Mapped, own)
	case d.Mapped != "" && reachable:
		return fmt.Sprintf("trials see %s of the repository in its place", d.Mapped)
	case d.Kind == tracked:
		return "part of the commit"
	case d.Kind == mixed:
		return "the commit's files, and beside them what git does not track there, from the working tree"
	case d.Kind == missing:
		return fmt.Sprintf("not there; unless the program makes it, put it at %s (git may ignore it)", within)
	case d.Kind != outside:
		return "taken from the working tree: a copy for each trial, above 64 MiB read-only"
	case !reachable:
		return "too far above the repository for a trial to see; put it inside and name it from there"
	case !isAnchored(d.Path):
		return fmt.Sprintf("not in the repository; put it at %s (git may ignore it), and trials see it there", suggested(d.Path))
	case elsewhere.MatchString(d.Path):
		return fmt.Sprintf("not in the repository; put it at %s (git may ignore it), and trials in a container see it there", suggested(d.Path))
	}
	return fmt.Sprintf("outside the repository; allow it with `git config --add mlhook.mounts %q`, or put it at %s (git may ignore it)", d.Path, suggested(d.Path))
}
