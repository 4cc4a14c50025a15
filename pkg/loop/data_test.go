package loop

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
)

// laid makes a loop whose commit and working tree hold files, "big" ones too
// large to be copied.
func laid(t *testing.T, e engine.Engine, commit, working []string, data []inspect.Data) (*Loop, *strings.Builder) {
	t.Helper()
	said := &strings.Builder{}
	l := &Loop{Dir: t.TempDir(), Top: t.TempDir(), Engine: e, Out: said, Settings: config.Settings{},
		program: &inspect.Program{Entry: "src/train.py", Dir: "src", Data: data}}
	for _, name := range commit {
		write(t, filepath.Join(l.commitDir(), name), name)
	}
	for _, name := range slices.Concat(commit, working) {
		write(t, filepath.Join(l.Top, name), name)
		if strings.Contains(name, "big") {
			if err := os.Truncate(filepath.Join(l.Top, name), copyLimit+1); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.mapData(); err != nil {
		t.Fatal(err)
	}
	return l, said
}

func write(t *testing.T, name, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shown is a session that shows data below a directory.
type shown struct {
	engine.Session
	dir string
}

func (s shown) DataPath(name string) string { return filepath.Join(s.dir, name) }

// TestLayOutData holds what a script finds from its directory.
func TestLayOutData(t *testing.T) {
	l, _ := laid(t, &engine.Local{}, []string{"src/train.py", "mixed/kept.csv", "mixed/.gitkeep"},
		[]string{"own/a.csv", "own/b.csv", "mixed/new.csv", "mixed/below/c.csv", "mixed/.cache/x", "input/x/test.csv", "big.bin"},
		[]inspect.Data{
			{Path: "../own/a.csv", Kind: "untracked"}, {Path: "../own", Kind: "untracked"}, {Path: "../own/b.csv", Kind: "untracked"},
			{Path: "../mixed", Kind: "mixed"}, {Path: "../big.bin", Kind: "ignored"},
			{Path: "../../input/x/test.csv", Kind: "outside", Mapped: "input/x/test.csv"},
			{Path: "data/kept.csv", Kind: "missing", Mapped: "mixed/kept.csv"},
		})
	if err := l.layOut(shown{dir: "/mlhook/data"}, 0, 1, nil); err != nil {
		t.Fatal(err)
	}
	src := filepath.Join(l.Dir, "trials", "0", "1", "tree", "src")
	for name, want := range map[string]string{
		"../own/a.csv": "own/a.csv", "../own/b.csv": "own/b.csv", "../mixed/kept.csv": "mixed/kept.csv", "../mixed/new.csv": "mixed/new.csv",
		"../mixed/below/c.csv": "mixed/below/c.csv", "../../input/x/test.csv": "input/x/test.csv", "data/kept.csv": "mixed/kept.csv",
	} {
		if text, err := os.ReadFile(src + "/" + name); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := os.Stat(filepath.Join(src, "..", "mixed", ".cache")); err == nil {
		t.Error("what tools made is laid out")
	}
	if to, err := os.Readlink(filepath.Join(src, "..", "big.bin")); err != nil || !strings.HasPrefix(to, "/mlhook/data/d") {
		t.Errorf("large data is %q, %v", to, err)
	}
}

// TestNoLinkLeadsOut holds that a symlink of the commit does not make the loop
// write outside of the attempt.
func TestNoLinkLeadsOut(t *testing.T) {
	victim := t.TempDir()
	l, _ := laid(t, &engine.Local{}, []string{"src/train.py", "x.csv"}, nil, []inspect.Data{{Path: "out/x.csv", Kind: "missing", Mapped: "x.csv"}})
	if err := os.Symlink(victim, filepath.Join(l.commitDir(), "src", "out")); err != nil {
		t.Fatal(err)
	}
	if err := l.layOut(shown{}, 0, 1, nil); err == nil {
		t.Error("a link that leads out is followed")
	}
	if left, err := os.ReadDir(victim); err != nil || len(left) > 0 {
		t.Errorf("the other directory holds %v, %v", left, err)
	}
}

// TestNoLinkOfATrialLeadsOut holds that a link which a trial put in the way of
// data, or which the commit has for a file, is not written through.
func TestNoLinkOfATrialLeadsOut(t *testing.T) {
	victim := t.TempDir()
	l, _ := laid(t, &engine.Local{}, []string{"src/train.py"}, []string{"own/a.csv"}, []inspect.Data{{Path: "../own", Kind: "untracked"}})
	dir, err := l.makeAttempt(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	err = errors.Join(dir.Mkdir("tree", 0o755), dir.Symlink(victim, "tree/own"))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.layOutData(shown{}, dir); err == nil {
		t.Error("data is copied through a link")
	}
	if err := os.Symlink(filepath.Join(victim, "b.py"), filepath.Join(l.commitDir(), "b.py")); err != nil {
		t.Fatal(err)
	}
	if err := l.layOut(shown{}, 1, 1, map[string][]byte{"b.py": []byte("x = 1")}); err == nil {
		t.Error("a tweaked file is written through a link")
	}
	if left, err := os.ReadDir(victim); err != nil || len(left) > 0 {
		t.Errorf("the other directory holds %v, %v", left, err)
	}
}

// TestPlaces holds what the engine is asked to show, and what is said of the rest.
func TestPlaces(t *testing.T) {
	data := []inspect.Data{
		{Path: "/kaggle/input/x/a.csv", Kind: "outside", Mapped: "input/x/a.csv"},
		{Path: "/kaggle/input", Kind: "outside", Mapped: "input"},
		{Path: "/kaggle/input/y/b.csv", Kind: "outside", Mapped: "data/b.csv"},
		{Path: "~/mlhook-no-such/c.csv", Kind: "outside", Mapped: "c.csv"},
		{Path: "/usr/share/d.csv", Kind: "outside", Mapped: "c.csv"},
		{Path: "/kaggle/none.csv", Kind: "outside", How: "not in the repository"},
	}
	commit, working := []string{"src/train.py", "data/b.csv", "c.csv", "input/.gitkeep"}, []string{"input/x/a.csv"}
	l, said := laid(t, &engine.Docker{}, commit, working, data)
	want := []engine.Mount{{Source: filepath.Join(l.Top, "input"), Name: "d0", At: "/kaggle/input"}, {Source: filepath.Join(l.commitDir(), "c.csv"), Name: "d1", At: "~/mlhook-no-such/c.csv"}}
	if got := l.engineMounts(); !slices.Equal(got, want) {
		t.Errorf("mounts are %+v, want %+v", got, want)
	}
	for _, text := range []string{"/kaggle/input/y/b.csv: ", "/usr/share/d.csv: the docker engine cannot show", "/kaggle/none.csv: not in the repository"} {
		if !strings.Contains(said.String(), text) {
			t.Errorf("%q is not said:\n%s", text, said)
		}
	}
	l, said = laid(t, &engine.Local{}, commit, working, data[:1])
	if len(l.engineMounts()) != 0 || !strings.Contains(said.String(), "the local engine cannot show") {
		t.Errorf("local: %+v\n%s", l.engineMounts(), said)
	}
}

// TestStandInLeadsOut holds that a symlink of the commit shows trials nothing
// outside of the repository that the user did not allow.
func TestStandInLeadsOut(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	write(t, filepath.Join(outside, "a.csv"), "secret")
	l, _ := laid(t, &engine.Docker{}, []string{"src/train.py", "own/b.csv"}, nil, nil)
	for name, to := range map[string]string{"a.csv": outside + "/a.csv", "dir": outside, "b.csv": "own/b.csv", "top.csv": l.Top + "/own/b.csv", "gone.csv": "/no/such"} {
		if err := os.Symlink(to, filepath.Join(l.commitDir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	const leave = "allow it with `git config --add mlhook.mounts"
	for _, c := range []struct{ mapped, source, refusal string }{
		{"a.csv", outside + "/a.csv", leave},
		{"dir/a.csv", outside + "/a.csv", leave},
		{"dir", outside, leave},
		{"b.csv", l.commitDir() + "/own/b.csv", ""},
		{"top.csv", l.Top + "/own/b.csv", ""},
		{"gone.csv", "", "leads nowhere"},
	} {
		l.program.Data = []inspect.Data{{Path: "/kaggle/input/x", Kind: "outside", Mapped: c.mapped}}
		l.Settings.Mounts = nil
		if err := l.mapData(); c.refusal == "" && err != nil || c.refusal != "" && (err == nil || !strings.Contains(err.Error(), c.refusal) || len(l.mounts) > 0) {
			t.Errorf("%s: %v, shown %+v", c.mapped, err, l.mounts)
		}
		l.Settings.Mounts = []string{outside}
		if err := l.mapData(); c.source != "" && (err != nil || len(l.mounts) != 1 || l.mounts[0].source != c.source) {
			t.Errorf("%s, allowed: %v, shown %+v", c.mapped, err, l.mounts)
		}
	}
}

// TestGitsOwnIsNoData holds that no training sees what lies in git's directory,
// whatever a commit calls data.
func TestGitsOwnIsNoData(t *testing.T) {
	l, _ := laid(t, &engine.Local{}, []string{"src/train.py"}, []string{".git/config", "meta/config", "own/.git/config", "own/a.csv"}, nil)
	l.Common = filepath.Join(l.Top, "meta")
	if err := os.Symlink("../.git", filepath.Join(l.Top, "own", "link")); err != nil {
		t.Fatal(err)
	}
	for name, allowed := range map[string]bool{"../.git/config": false, "../.git": false, "../meta/config": false, "../meta": false,
		"../own/.git/config": false, "../own/link/config": false, "../own/a.csv": true} {
		for _, d := range []inspect.Data{{Path: name, Kind: "untracked"}, {Path: "/kaggle/input/x", Kind: "outside", Mapped: strings.TrimPrefix(name, "../")}} {
			l.program.Data, l.Settings.Mounts = []inspect.Data{d}, []string{l.Top}
			if err := l.mapData(); (err == nil) != allowed || err != nil && !strings.Contains(err.Error(), "git's own directory") {
				t.Errorf("%+v: %v", d, err)
			}
		}
	}
}
