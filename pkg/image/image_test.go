package image

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func choose(t *testing.T, p *inspect.Program, dir string, s config.Settings) engine.Environment {
	t.Helper()
	env, err := Choose(p, dir, s)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func program() *inspect.Program {
	return &inspect.Program{Family: "sklearn", Frameworks: []string{"sklearn"}, RequirementsFrom: "imports",
		Requirements: []string{"numpy", "scikit-learn"}}
}

func TestOrder(t *testing.T) {
	dir := t.TempDir()
	env := choose(t, program(), dir, config.Settings{})
	if env.Image != "" || env.ContextDir != "" || env.BuildArgs["BASE_IMAGE"] != defaultBase {
		t.Errorf("the template is not the last choice: %+v", env)
	}
	write(t, filepath.Join(dir, "Dockerfile"), "FROM me/base\n")
	if env := choose(t, program(), dir, config.Settings{}); env.ContextDir != dir || string(env.Context["Dockerfile"]) != "FROM me/base\n" {
		t.Errorf("the repository's Dockerfile is not used: %+v", env)
	}
	if env := choose(t, program(), dir, config.Settings{Image: "me/ready:1"}); env.Image != "me/ready:1" || env.Hash == "" {
		t.Errorf("the image of the settings is not used: %+v", env)
	}
}

// TestHash holds what makes a new environment and what does not.
func TestHash(t *testing.T) {
	dir, certificates := t.TempDir(), filepath.Join(t.TempDir(), "ca.pem")
	write(t, certificates, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
	base := choose(t, program(), dir, config.Settings{}).Hash
	other := program()
	other.Requirements = append(other.Requirements, "tqdm")
	pinned := program()
	pinned.Requirements = []string{"scikit-learn==1.5.0"}
	for name, c := range map[string]struct {
		p    *inspect.Program
		s    config.Settings
		same bool
	}{
		"nothing":      {program(), config.Settings{}, true},
		"proxy":        {program(), config.Settings{Env: map[string]string{"https_proxy": "http://proxy:1", "OTHER": "1"}}, true},
		"fewer":        {&inspect.Program{Family: "sklearn", RequirementsFrom: "imports", Requirements: []string{"scikit-learn"}}, config.Settings{}, true},
		"base":         {program(), config.Settings{BaseImage: "me/python"}, false},
		"certificates": {program(), config.Settings{CABundle: certificates}, false},
		"requirement":  {other, config.Settings{}, false},
		"pin":          {pinned, config.Settings{}, false},
	} {
		if got := choose(t, c.p, dir, c.s).Hash; (got == base) != c.same {
			t.Errorf("%s: same hash is %v, want %v", name, got == base, c.same)
		}
	}
}

func TestOwnDockerfileHash(t *testing.T) {
	dir := t.TempDir()
	hash := func() string { return choose(t, program(), dir, config.Settings{}).Hash }
	write(t, filepath.Join(dir, "Dockerfile"), "FROM me/base\nRUN pip install x\n")
	write(t, filepath.Join(dir, "train.py"), "1")
	first := hash()
	write(t, filepath.Join(dir, "train.py"), "2")
	if hash() != first {
		t.Error("a program that is not copied changes the image")
	}
	write(t, filepath.Join(dir, "Dockerfile"), "FROM me/base\ncopy train.py /\n")
	first = hash()
	write(t, filepath.Join(dir, "train.py"), "3")
	if hash() == first {
		t.Error("a program that is copied does not change the image")
	}
}

// TestContentsOfAnyName holds that names that are not UTF-8 count too.
func TestContentsOfAnyName(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "d\xff")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Skip("the file system takes UTF-8 only:", err)
	}
	if err := os.WriteFile(filepath.Join(below, "x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if list, err := contents(dir); err != nil || len(list) != 2 || list[0] != "d\xff/x" {
		t.Errorf("%q, %v", list, err)
	}
}

func TestNetworkSettingsBecomeBuildArgs(t *testing.T) {
	env := choose(t, program(), t.TempDir(), config.Settings{Env: map[string]string{
		"HTTPS_PROXY": "http://proxy:1", "PIP_INDEX_URL": "http://mirror/simple", "SECRET": "s"}})
	if env.BuildArgs["HTTPS_PROXY"] != "http://proxy:1" || env.BuildArgs["PIP_INDEX_URL"] != "http://mirror/simple" {
		t.Errorf("build args are %v", env.BuildArgs)
	}
	if _, ok := env.BuildArgs["SECRET"]; ok {
		t.Error("another variable went into the build")
	}
}

func TestBadBundle(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ca.pem")
	write(t, name, "no certificate")
	_, err := Choose(program(), t.TempDir(), config.Settings{CABundle: name})
	if err == nil || !strings.Contains(err.Error(), "mlhook.caBundle") {
		t.Errorf("error is %v", err)
	}
}

func TestModules(t *testing.T) {
	p := &inspect.Program{Family: "keras", Frameworks: []string{"keras", "tensorflow"}, Modules: []string{"PIL", "keras", "tensorflow"},
		Requirements: []string{"tensorflow", "pillow", "tqdm"}}
	env := choose(t, p, t.TempDir(), config.Settings{})
	if !slices.Equal(env.Modules, p.Modules) || !slices.Equal(env.Requirements, p.Requirements) {
		t.Errorf("modules are %q, requirements %q", env.Modules, env.Requirements)
	}
}

// TestBuild builds the families for real and imports their framework there, as
// far as the base images need no large download.
func TestBuild(t *testing.T) {
	for _, c := range []struct{ family, module, requirement, variable string }{
		{"sklearn", "sklearn", "scikit-learn", "MLHOOK_TEST_BASE"},
		{"boosting", "xgboost", "xgboost", "MLHOOK_TEST_BASE"},
		{"torch", "torch", "torch", "MLHOOK_TEST_BASE_TORCH"},
	} {
		t.Run(c.family, func(t *testing.T) {
			base := os.Getenv(c.variable)
			if base == "" {
				lacking(t, c.variable+" names no base image; .ci/base makes one")
			}
			d := &engine.Docker{Cache: t.TempDir()}
			if err := d.Check(t.Context()); err != nil {
				lacking(t, err.Error())
			}
			p := &inspect.Program{Family: c.family, Frameworks: []string{c.module}, Modules: []string{c.module}, Requirements: []string{c.requirement}}
			env := choose(t, p, t.TempDir(), config.Settings{BaseImage: base, CABundle: os.Getenv("MLHOOK_TEST_CA")})
			made, err := d.Prepare(t.Context(), env, func(line string) { t.Log(line) })
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "trials"), 0o755); err != nil {
				t.Fatal(err)
			}
			s, err := d.Open(t.Context(), engine.Job{RunID: "image-" + filepath.Base(dir) + c.family, Dir: dir, Image: made, Preload: []string{c.module},
				Network: "none", UID: os.Getuid(), GID: os.Getgid()})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close(t.Context())
			hello, err := s.Hello(t.Context())
			if _, ok := hello.Frameworks[c.module]; !ok {
				t.Errorf("the agent imported %v, not %s: %v", hello.Frameworks, c.module, err)
			}
		})
	}
}

// lacking skips a test that lacks something, or fails it where nothing may be missing.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
