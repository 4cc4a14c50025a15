package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	docker "github.com/fsouza/go-dockerclient"

	"github.com/mlhook/mlhook/templates"
)

// underDocker builds the scikit-learn image, once ever, on MLHOOK_TEST_BASE.
func underDocker(t *testing.T) under {
	base := os.Getenv("MLHOOK_TEST_BASE")
	if base == "" {
		lacking(t, "MLHOOK_TEST_BASE names no base image with python3; .ci/base makes one")
	}
	cache, err := os.MkdirTemp("", "mlhook-engine-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(cache) })
	if err := os.Chmod(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	d := &Docker{Cache: cache}
	if err := d.Check(testContext(t)); err != nil {
		lacking(t, err.Error())
	}
	u := under{Engine: d, job: newJob(t), fresh: func() Engine { return &Docker{Cache: cache} }}
	u.job.Preload = []string{"numpy"} // each session imports it anew
	u.job.Image, err = d.Prepare(testContext(t), sklearnEnvironment(t, base), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	u.crash = func(t *testing.T, s Session) {
		if err := d.client.KillContainer(docker.KillContainerOptions{ID: s.(*dockerSession).id, Context: testContext(t)}); err != nil {
			t.Fatal(err)
		}
	}
	u.left = func(t *testing.T) (names []string) {
		found, err := d.containers(testContext(t), u.job.RunID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			names = append(names, c.Names...)
		}
		return names
	}
	return u
}

// sklearnEnvironment is the template as package image fills it in.
func sklearnEnvironment(t *testing.T, base string) Environment {
	var certificates []byte
	if name := os.Getenv("MLHOOK_TEST_CA"); name != "" {
		var err error
		if certificates, err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	lines, _ := templates.Framework("sklearn")
	env := Environment{Family: "sklearn", Modules: []string{"sklearn", "numpy"}, BuildArgs: map[string]string{"BASE_IMAGE": base},
		Context: map[string][]byte{"Dockerfile": templates.Dockerfile(), "certificates.pem": certificates,
			"framework.txt": []byte(strings.Join(lines, "\n") + "\n"), "requirements.txt": []byte("# none\n")}}
	all := []byte(base)
	for _, name := range []string{"Dockerfile", "certificates.pem", "framework.txt", "requirements.txt"} {
		all = append(all, env.Context[name]...)
	}
	env.Hash = digest(all)
	return env
}

// testPython is an interpreter with scikit-learn.
func testPython(t *testing.T) string {
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	path, err := exec.LookPath(python)
	if err == nil {
		if _, has := ask(testContext(t), path, []string{"sklearn"}, nil); has {
			return path
		}
	}
	lacking(t, "MLHOOK_TEST_PYTHON (or python3) is no Python with scikit-learn")
	return ""
}

func underLocal(t *testing.T) under {
	python := testPython(t)
	cache := t.TempDir()
	l := &Local{Cache: cache, Pythons: []string{python}}
	u := under{Engine: l, job: newJob(t), fresh: func() Engine { return &Local{Cache: cache, Pythons: []string{python}} }}
	u.job.Preload = []string{"numpy"} // each session imports it anew
	var err error
	u.job.Image, err = l.Prepare(testContext(t), Environment{Family: "sklearn", Hash: "unused", Modules: []string{"sklearn"}},
		func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	if u.job.Image.Ref != python {
		t.Fatalf("%s has all modules, but %s is used", python, u.job.Image.Ref)
	}
	u.crash = func(t *testing.T, s Session) {
		p, err := os.FindProcess(s.(*localSession).id.PID)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	u.left = func(t *testing.T) []string { return commands(t, filepath.Join(u.job.Dir, "sessions")) }
	return u
}
