package loop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/image"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/report"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

func (l *Loop) commitDir() string { return filepath.Join(l.Dir, "commit") }

// snapshot lays the commit out once; the trials' trees are copies of it.
func (l *Loop) snapshot(ctx context.Context, r run.Run) error {
	complete := filepath.Join(l.Dir, "commit.complete")
	if _, err := os.Stat(complete); err == nil {
		return nil
	}
	if err := os.RemoveAll(l.commitDir()); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(l.Dir, "trials"), 0o755); err != nil {
		return err
	}
	if err := l.Repo.Checkout(ctx, r.Commit, l.commitDir()); err != nil {
		return err
	}
	l.say("snapshot", "commit %.10s laid out, your working tree stays as it is", r.Commit)
	return store.WriteFile(complete, nil)
}

// inspect reads the program, and links the run to an earlier one with the same
// program, data, requirements and settings.
func (l *Loop) inspect(ctx context.Context, r run.Run) error {
	program, err := l.Inspect(l.commitDir())
	if err != nil {
		return err
	}
	l.program = program
	if text, err := json.MarshalIndent(program, "", "  "); err == nil {
		if err := store.WriteFile(filepath.Join(l.Dir, "program.json"), text); err != nil {
			return err
		}
	}
	if program.Problem != nil {
		if program.Entry != "" {
			return &ending{verdict: run.Failed, cause: run.CauseCode, reason: *program.Problem}
		}
		return &ending{verdict: run.Refused, reason: *program.Problem}
	}
	if err := l.mapData(); err != nil {
		return err
	}
	if _, err := l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Entry = program.Entry }); err != nil {
		return err
	}
	l.say("inspect", "%s: %s, %s to tune", program.Entry, joined(program.Family, program.Model), report.Counted(len(l.tunables()), "place"))
	if r.Trigger == run.ByHand {
		return nil
	}
	print, err := l.fingerprint(nil)
	if err != nil {
		return err
	}
	number, ok, err := l.Journal.Known(ctx, print)
	if err != nil || !ok || number == l.Number {
		return err
	}
	earlier, err := l.Journal.Run(ctx, number)
	if err != nil {
		return err
	}
	what := ""
	if earlier.Metric != nil {
		what = ", " + describe(*earlier.Metric)
	}
	return &ending{verdict: earlier.Verdict, cause: earlier.Cause, linked: &earlier,
		reason: fmt.Sprintf("the program, its data and requirements are those of run %d%s; `mlhook run` trains anyway", number, what)}
}

// fingerprint hashes all that decides a result: the program with some files
// replaced, what may be its configuration though nobody saw it read, its data, its
// environment and settings.
func (l *Loop) fingerprint(replaced map[string][]byte) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "3\n%s\n%s\n%s\n%q\n%s\n", l.Engine.Name(), l.program.Entry, l.program.Dir, l.program.Requirements, l.Settings.Fingerprint())
	files, err := project.MayConfigure(os.DirFS(l.commitDir()))
	if err != nil {
		return "", err
	}
	files = append(files, l.program.Files...)
	for _, d := range l.program.Data {
		switch name := path.Join(l.program.Dir, d.Path); {
		case d.Mapped != "":
			files = append(files, d.Mapped)
		case d.Kind == "tracked" || d.Kind == "mixed":
			files = append(files, name)
		}
	}
	if l.Engine.Name() == "docker" && image.Own(l.commitDir(), l.Settings) {
		files = append(files, "Dockerfile")
	}
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		sum, err := l.hashFile(name, replaced)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "file %q %s\n", name, sum)
	}
	for _, m := range l.mounts {
		sum, err := l.hashPath(m.source)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "data %q %s\n", m.path+m.at, sum)
	}
	for _, k := range l.links {
		fmt.Fprintf(h, "link %q %q\n", k.at, k.to)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFile hashes what counts of a file of the program.
func (l *Loop) hashFile(name string, replaced map[string][]byte) (sum string, err error) {
	text, ok := replaced[name]
	if !ok {
		file := filepath.Join(l.commitDir(), filepath.FromSlash(name))
		if path.Ext(name) != ".py" && !project.IsNotebook(name) {
			return l.hashPath(file)
		}
		text, err = os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return "missing", nil
		}
		if err != nil {
			return "", err
		}
	}
	hash := sha256.Sum256(code(name, text))
	return hex.EncodeToString(hash[:]), nil
}

// hashPath hashes a file's bytes; of a directory names and sizes, and bytes where
// the commit has it, whose checkout is new each time, else times.
func (l *Loop) hashPath(name string) (string, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "missing", nil
	case err != nil:
		return "", err
	case !info.IsDir():
		return hashBytes(name)
	}
	commit, err := filepath.EvalSymlinks(l.commitDir())
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", err
	}
	committed, h := within(commit, real), sha256.New()
	err = filepath.WalkDir(real, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		what := fmt.Sprint(info.ModTime().UnixNano())
		switch {
		case committed && info.Mode().IsRegular():
			what, err = hashBytes(p)
		case committed:
			what, err = os.Readlink(p)
		}
		fmt.Fprintf(h, "%q %d %s\n", strings.TrimPrefix(p, real), info.Size(), what)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

func hashBytes(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
