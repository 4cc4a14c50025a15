// Package hooks carries the git hook and puts it into a hooks directory. It
// knows files only; which directory git looks at is the caller's to find out.
//
// A hook that was there before is moved aside and run first by ours; uninstall
// puts it back.
package hooks

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed post-commit.sh
var script string

// Names are the hooks that are installed: post-commit for commits, post-rewrite
// for the end of a rebase, post-merge for merges that git commits by itself,
// post-applypatch for the end of `git am`.
var Names = []string{"post-commit", "post-rewrite", "post-merge", "post-applypatch"}

// marker tells our file from a foreign one, in every version.
const marker = "# mlhook hook, version "

// sumLine leads the line, behind the first, with the sum of all others: what was
// written into our file by others is told by it.
const sumLine = "# sum "

// sealed puts the sum into a hook.
func sealed(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	return fmt.Sprintf("%s\n%s%x\n%s", first, sumLine, sha256.Sum256([]byte(text)), rest)
}

// savedSuffix is appended to the name of a foreign hook that was moved aside.
const savedSuffix = ".mlhook-saved"

// legacySuffix is appended by pre-commit, where it installs a hook of that name over
// ours: it runs ours from there.
const legacySuffix = ".legacy"

// Params is what the hook has to know.
type Params struct {
	Binary string // the mlhook program, absolute
	Dir    string // <git common dir>/mlhook
	State  string // the user's state directory
}

// A State says what lies at a hook's place.
type State string

const (
	Absent  State = "absent"
	Ours    State = "installed"
	Stale   State = "stale"   // ours, but not what Install would write
	Changed State = "changed" // ours, but for lines that somebody wrote into it
	Foreign State = "foreign"
)

// Status says what lies at the places of the hooks, the first that is not Ours.
func Status(dir string, p Params) (State, error) {
	for _, name := range Names {
		file := filepath.Join(dir, name)
		state, err := status(file)
		if legacy := file + legacySuffix; state == Foreign && isOurs(legacy) {
			file, state = legacy, Ours
		}
		if err != nil || state != Ours {
			return state, err
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != render(name, p) {
			return Stale, err
		}
	}
	return Ours, nil
}

func status(file string) (State, error) {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Absent, nil
	case err != nil:
		return "", err
	case !bytes.Contains(text, []byte(marker)):
		return Foreign, nil
	}
	if _, rest, ok := strings.Cut(string(text), sumLine); ok {
		if sum, _, _ := strings.Cut(rest, "\n"); string(text) != sealed(strings.Replace(string(text), sumLine+sum+"\n", "", 1)) {
			return Changed, nil
		}
	}
	return Ours, nil
}

// isOurs tells whether a file is a hook of ours as we wrote it.
func isOurs(file string) bool {
	state, err := status(file)
	return err == nil && state == Ours
}

// removeLegacy removes our hook from where pre-commit put it.
func removeLegacy(file string) error {
	if legacy := file + legacySuffix; isOurs(legacy) {
		return os.Remove(legacy)
	}
	return nil
}

// Install writes the hooks; saved names the foreign hooks that were moved aside.
func Install(dir string, p Params) (saved []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("install the hook: %w", err)
	}
	states := map[string]State{}
	for _, name := range Names { // all is looked at before anything is moved
		file := filepath.Join(dir, name)
		if states[name], err = status(file); err != nil {
			return nil, fmt.Errorf("install the hook: %w", err)
		}
		if states[name] == Changed {
			return nil, changed(file)
		}
		if _, err := os.Lstat(file + savedSuffix); err == nil && states[name] == Foreign && !again(file) {
			return nil, fmt.Errorf("both %s and %s exist and neither is mlhook's; remove or rename one of them", file, file+savedSuffix)
		}
	}
	for _, name := range Names {
		file := filepath.Join(dir, name)
		if states[name] == Foreign {
			aside := file + savedSuffix
			if err := os.Rename(file, aside); err != nil {
				return saved, fmt.Errorf("install the hook: %w", err)
			}
			saved = append(saved, aside)
		}
		if err := errors.Join(removeLegacy(file), write(file, render(name, p))); err != nil {
			return saved, fmt.Errorf("install the hook: %w", err)
		}
	}
	return saved, nil
}

// again tells whether the foreign hook at a place is the one that was moved aside,
// which its owner wrote anew over ours, as husky does.
func again(file string) bool {
	saved, err := os.ReadFile(file + savedSuffix)
	if err != nil {
		return false
	}
	now, err := os.ReadFile(file)
	return err == nil && bytes.Equal(saved, now)
}

// changed refuses to lose the lines of others.
func changed(file string) error {
	return fmt.Errorf("%s was changed since mlhook wrote it; move the lines that are yours into %s, an executable script that runs first, delete %[1]s, and try again", file, file+savedSuffix)
}

func render(name string, p Params) string {
	return sealed(strings.NewReplacer("@BINARY@", quote(p.Binary), "@DIR@", quote(p.Dir), "@STATE@", quote(p.State), "@NAME@", quote(name)).Replace(script))
}

// quote makes one word of a POSIX shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(filepath.ToSlash(text), "'", `'\''`) + "'"
}

// write replaces a file at once, executable.
func write(file, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".mlhook-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	_, err = tmp.WriteString(text)
	if err == nil {
		err = tmp.Chmod(0o755)
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// Uninstall removes our hooks and puts back what was there before. Another
// foreign hook that took our place since is left alone.
func Uninstall(dir string) error {
	states := map[string]State{}
	for _, name := range Names { // all is looked at before anything is removed
		file := filepath.Join(dir, name)
		state, err := status(file)
		if err != nil {
			return fmt.Errorf("uninstall the hook: %w", err)
		}
		if state == Changed {
			return changed(file)
		}
		states[name] = state
	}
	for _, name := range Names {
		file := filepath.Join(dir, name)
		err := removeLegacy(file)
		if states[name] == Ours {
			err = errors.Join(err, os.Remove(file))
		}
		if err != nil {
			return fmt.Errorf("uninstall the hook: %w", err)
		}
		if _, err := os.Lstat(file + savedSuffix); err == nil && (states[name] != Foreign || again(file)) {
			if err := os.Rename(file+savedSuffix, file); err != nil {
				return fmt.Errorf("put the earlier hook back: %w", err)
			}
		}
	}
	return nil
}
