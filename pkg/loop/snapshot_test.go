package loop

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
)

// A Dockerfile of the repository counts where its image is what trials run in.
func TestDockerfileCounts(t *testing.T) {
	for _, c := range []struct {
		what   string
		engine engine.Engine
		image  string
		counts bool
	}{
		{"docker", &engine.Docker{}, "", true},
		{"docker with mlhook.image", &engine.Docker{}, "python:3.12", false},
		{"local", &engine.Local{}, "", false},
	} {
		l, _ := laid(t, c.engine, []string{"src/train.py"}, nil, nil)
		l.Settings.Image = c.image
		prints := map[string]bool{}
		for _, text := range []string{"", "FROM a", "FROM b"} {
			if text != "" {
				write(t, filepath.Join(l.commitDir(), "Dockerfile"), text)
			}
			print, err := l.fingerprint(nil)
			if err != nil {
				t.Fatal(err)
			}
			prints[print] = true
		}
		if n := len(prints); n != 3 && c.counts || n != 1 && !c.counts {
			t.Errorf("%s: %d fingerprints", c.what, n)
		}
	}
}

// Of a directory that the program reads, what is in it counts where the commit
// has it, and not when it was checked out.
func TestTrackedDirectoryCounts(t *testing.T) {
	l, _ := laid(t, &engine.Local{}, []string{"src/train.py", "src/data/a.csv"}, nil,
		[]inspect.Data{{Path: "data", Kind: "tracked"}})
	file := filepath.Join(l.commitDir(), "src", "data", "a.csv")
	print := func() string {
		t.Helper()
		print, err := l.fingerprint(nil)
		if err != nil {
			t.Fatal(err)
		}
		return print
	}
	write(t, file, "one")
	first := print()
	if err := os.Chtimes(file, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if print() != first {
		t.Error("the time of the checkout counts")
	}
	write(t, file, "two")
	if print() == first {
		t.Error("the bytes do not count")
	}
}

// What may be the program's configuration counts, whether or not somebody saw it
// read; documents and the files of tools do not.
func TestConfigurationCounts(t *testing.T) {
	for name, counts := range map[string]bool{
		"conf/model/cnn.yaml": true, "settings.ini": true, ".env": true, "params.json": true, "src/a.properties": true,
		"README.md": false, ".github/workflows/ci.yml": false, ".pre-commit-config.yaml": false, "mlhook.toml": false, "pyproject.toml": false, "notes.txt": false,
	} {
		l, _ := laid(t, &engine.Local{}, []string{"src/train.py"}, nil, nil)
		prints := map[string]bool{}
		for _, text := range []string{"lr: 0.1\n", "lr: 0.2\n"} {
			write(t, filepath.Join(l.commitDir(), name), text)
			print, err := l.fingerprint(nil)
			if err != nil {
				t.Fatal(err)
			}
			prints[print] = true
		}
		if len(prints) == 2 != counts {
			t.Errorf("%s: %d fingerprints", name, len(prints))
		}
	}
}
