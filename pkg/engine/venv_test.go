package engine

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wheel writes a package that pip installs without a network.
func wheel(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "mlhook_probe-1.0-py3-none-any.whl")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for path, text := range map[string]string{
		"mlhook_probe.py":                     "",
		"mlhook_probe-1.0.dist-info/WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"mlhook_probe-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: mlhook-probe\nVersion: 1.0\n",
		"mlhook_probe-1.0.dist-info/RECORD":   "mlhook_probe.py,,\nmlhook_probe-1.0.dist-info/WHEEL,,\nmlhook_probe-1.0.dist-info/METADATA,,\nmlhook_probe-1.0.dist-info/RECORD,,\n",
	} {
		part, err := w.Create(path)
		if err == nil {
			_, err = part.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestVenv(t *testing.T) {
	l := &Local{Cache: t.TempDir()}
	if err := l.Check(testContext(t)); err != nil {
		lacking(t, err.Error())
	}
	env := Environment{Family: "python", Requirements: []string{"--no-index", wheel(t)}, Modules: []string{"mlhook_probe"}}
	var lines []string
	progress := func(line string) { lines = append(lines, line) }
	first, err := l.Prepare(testContext(t), env, progress)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(first.Ref, l.Cache) || !strings.HasPrefix(first.ID, "sha256:") || len(lines) == 0 {
		t.Errorf("image is %+v, progress %q", first, lines)
	}
	lines = nil
	if second, err := l.Prepare(testContext(t), env, progress); err != nil || second != first || len(lines) != 0 {
		t.Errorf("again: %+v, %v, lines %q", second, err, lines)
	}
	// An installation that was killed lacks its last file and is not used.
	venv := filepath.Dir(filepath.Dir(first.Ref))
	if err := os.Remove(filepath.Join(venv, "complete")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(venv, "left-over"), "")
	if third, err := l.Prepare(testContext(t), env, progress); err != nil || third != first {
		t.Errorf("after a killed installation: %+v, %v", third, err)
	}
	if _, err := os.Stat(filepath.Join(venv, "left-over")); err == nil {
		t.Error("half an installation was built upon")
	}
}

func TestVenvSaysWhatFailed(t *testing.T) {
	l := &Local{Cache: t.TempDir()}
	if err := l.Check(testContext(t)); err != nil {
		lacking(t, err.Error())
	}
	for _, c := range []struct{ requirement, module, step, tail string }{
		{"no-such-project-of-mlhook", "no_such_module", "pip install", "no-such-project-of-mlhook"},
		{wheel(t), "no_such_module", "import no_such_module", "requirements.txt"},
	} {
		env := Environment{Family: "python", Requirements: []string{"--no-index", c.requirement}, Modules: []string{c.module}}
		_, err := l.Prepare(testContext(t), env, func(string) {})
		var failed *BuildError
		if !errors.As(err, &failed) || !strings.Contains(failed.Step, c.step) || !strings.Contains(failed.Tail, c.tail) {
			t.Errorf("%s: %v", c.requirement, err)
		}
	}
}

// A process number that was given to another process is not the agent.
func TestReusedProcessNumber(t *testing.T) {
	if detachable() != nil {
		t.Skip("the local engine does not run here")
	}
	id := identify(os.Getpid())
	if !id.alive() {
		t.Fatalf("%+v is this process", id)
	}
	other := id
	other.Start += "1"
	if other.alive() {
		t.Error("another start time is taken for the same process")
	}
	if err := other.end(testContext(t)); err != nil {
		t.Error(err)
	}
	other = id
	other.Boot += "1"
	if other.alive() {
		t.Error("another boot is taken for the same")
	}
}
