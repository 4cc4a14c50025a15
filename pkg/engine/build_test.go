package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	docker "github.com/fsouza/go-dockerclient"

	"github.com/mlhook/mlhook/pkg/agent"
)

// testDocker returns an engine that answers, and the base image.
func testDocker(t *testing.T) (*Docker, string) {
	base := os.Getenv("MLHOOK_TEST_BASE")
	if base == "" {
		lacking(t, "MLHOOK_TEST_BASE names no base image with python3; .ci/base makes one")
	}
	d := &Docker{Cache: t.TempDir()}
	if err := d.Check(testContext(t)); err != nil {
		lacking(t, err.Error())
	}
	return d, base
}

// small is an environment that builds in no time; salt makes it a new one.
func small(base, dockerfile string) Environment {
	salt := time.Now().String()
	return Environment{Family: "test", Hash: digest([]byte(salt)), BuildArgs: map[string]string{"BASE_IMAGE": base},
		Context: map[string][]byte{"salt": []byte(salt), "Dockerfile": []byte("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY salt /\n" + dockerfile)}}
}

func TestPrepareBuildsOnce(t *testing.T) {
	d, base := testDocker(t)
	env := small(base, "RUN echo building it\n")
	env.Modules = []string{"json"}
	var lines []string
	progress := func(line string) { lines = append(lines, line) }
	first, err := d.Prepare(testContext(t), env, progress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.client.RemoveImageExtended(first.Ref, docker.RemoveImageOptions{Force: true}) })
	if all := strings.Join(lines, "\n"); !strings.Contains(all, "RUN echo building it") || !strings.Contains(all, "\nbuilding it") {
		t.Errorf("progress is %q", all)
	}
	lines = nil
	second, err := d.Prepare(testContext(t), env, progress)
	if err != nil || second != first || len(lines) != 0 {
		t.Errorf("again: %+v, %v, lines %q; first: %+v", second, err, lines, first)
	}
	env.Image = first.Ref // as it is, with no build
	if named, err := d.Prepare(testContext(t), env, progress); err != nil || named.ID != first.ID || len(lines) != 0 {
		t.Errorf("by name: %+v, %v, lines %q", named, err, lines)
	}
}

// A repository's own Dockerfile sees the repository, and its ENTRYPOINT does
// not get in the agent's way.
func TestOwnDockerfile(t *testing.T) {
	d, base := testDocker(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Dockerfile"), "FROM "+base+"\nCOPY pkg/mark.txt /mark.txt\nRUN grep marked /mark.txt\nENTRYPOINT [\"false\"]\n")
	write(t, filepath.Join(dir, "pkg", "mark.txt"), "marked "+dir)
	job := newJob(t)
	var err error
	job.Image, err = d.Prepare(testContext(t), Environment{Family: "test", Hash: digest([]byte(dir)), ContextDir: dir}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.client.RemoveImageExtended(job.Image.Ref, docker.RemoveImageOptions{Force: true}) })
	s, err := d.Open(testContext(t), job)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(testContext(t))
	begin(t, under{Engine: d, job: job}, s, 0, 1, "print(open('/mark.txt').read())")
	await(t, s, 0, 1, agent.EventExit)
	if text := logText(t, s, 0, 1); !strings.Contains(text, "marked "+dir) {
		t.Errorf("log is %q", text)
	}
}

// An agent that cannot start is told with its last words, and leaves nothing.
func TestHelloSaysWhatFailed(t *testing.T) {
	d, base := testDocker(t)
	job := newJob(t)
	job.Image = Image{Ref: base}
	job.Env["PYTHONHOME"] = "/nowhere"
	s, err := d.Open(testContext(t), job)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hello(testContext(t)); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("error is %v", err)
	}
	if left, err := d.containers(testContext(t), job.RunID); err != nil || len(left) != 0 {
		t.Errorf("left is %v, %v", left, err)
	}
}

func TestPrepareSaysWhatFailed(t *testing.T) {
	d, base := testDocker(t)
	lacks := small(base, "")
	lacks.Modules = []string{"json", "no_such_module"}
	for name, c := range map[string]struct {
		env        Environment
		step, tail string
	}{
		"step":     {small(base, "RUN echo first && echo the reason >&2 && exit 3\n"), "RUN echo first", "the reason"},
		"syntax":   {small(base, "FLY\n"), "Dockerfile", "FLY"},
		"module":   {lacks, "modules", "no_such_module"},
		"no base":  {small("localhost:1/no/such:image", ""), "pull localhost:1/no/such:image", "mlhook.baseImage"},
		"no image": {Environment{Family: "test", Hash: digest(nil), Image: "localhost:1/no/such:image"}, "pull localhost:1/no/such:image", "mlhook.image"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.Prepare(testContext(t), c.env, func(string) {})
			var failed *BuildError
			if !errors.As(err, &failed) || !strings.Contains(failed.Step, c.step) || !strings.Contains(failed.Tail, c.tail) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// A setting that means nothing to the engine is named, with what is wrong with it.
func TestRefusedSettings(t *testing.T) {
	d, base := testDocker(t)
	says := func(err error, setting, text string) {
		t.Helper()
		var refused *Refused
		if !errors.As(err, &refused) || refused.Setting != setting || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	_, err := d.Prepare(testContext(t), Environment{Family: "test", Hash: digest(nil), Image: "no name"}, func(string) {})
	says(err, "image", `mlhook.image is "no name": no name of an image; set another with `+"`git config mlhook.image NAME`")
	_, err = d.Prepare(testContext(t), small("no name", ""), func(string) {})
	says(err, "baseImage", "no name of an image")
	job := newJob(t)
	job.Image, job.Network = Image{Ref: base}, "no-such-network"
	_, err = d.Open(testContext(t), job)
	says(err, "network", "no such network here")
	if left, err := d.containers(testContext(t), job.RunID); err != nil || len(left) != 0 {
		t.Errorf("left is %v, %v", left, err)
	}
}

func TestCreateAdoptsOnlyItsOwn(t *testing.T) {
	d, base := testDocker(t)
	options := docker.CreateContainerOptions{Context: testContext(t), Name: "mlhook-test-" + digest([]byte(t.TempDir()))[:12],
		Config:     &docker.Config{Image: base, Cmd: []string{"true"}, Labels: map[string]string{labelRun: "a", labelSession: "1"}},
		HostConfig: &docker.HostConfig{}}
	first, err := d.create(testContext(t), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.remove(t.Context(), first) })
	defer d.remove(testContext(t), first)
	if again, err := d.create(testContext(t), options); err != nil || again != first {
		t.Errorf("again: %s, %v", again, err)
	}
	options.Config.Labels = map[string]string{labelRun: "b", labelSession: "1"}
	if _, err := d.create(testContext(t), options); err == nil || !strings.Contains(err.Error(), "docker rm") {
		t.Errorf("a container of another run: %v", err)
	}
}

func TestExitOf(t *testing.T) {
	for _, c := range []struct {
		state     docker.State
		lost, oom bool
	}{
		{docker.State{Status: "exited", ExitCode: 137}, false, false},
		{docker.State{Status: "exited", ExitCode: 137, OOMKilled: true}, false, true},
		{docker.State{Status: "exited", ExitCode: 143}, true, false},
		{docker.State{Status: "exited", ExitCode: 143, OOMKilled: true}, true, false}, // an attempt had no memory, long before
		{docker.State{Status: "exited", ExitCode: 255}, true, false},
		{docker.State{Status: "exited", ExitCode: 1}, false, false},
	} {
		if e := exitOf(c.state); e == nil || e.EngineLost != c.lost || e.OOM != c.oom || e.Text == "" {
			t.Errorf("%+v gives %+v", c.state, e)
		}
	}
	if e := exitOf(docker.State{Status: "running", Running: true}); e != nil {
		t.Errorf("a running container ended: %+v", e)
	}
}
