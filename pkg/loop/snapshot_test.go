package loop

import (
	"path/filepath"
	"testing"

	"github.com/mlhook/mlhook/pkg/engine"
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
