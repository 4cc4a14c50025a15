package image

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/templates"
)

func TestRequirements(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "reqs", "base.txt"), "pandas>=2\n-r more.txt\n")
	write(t, filepath.Join(dir, "reqs", "more.txt"), "tqdm # progress\n")
	p := &inspect.Program{RequirementsFrom: "requirements.txt", Requirements: []string{
		"# comment", "", "-e .", "-e git+https://host/lib.git#egg=lib", "./vendored", "lib @ file:///home/me/lib", "wheels/x-1.whl",
		"numpy==1.26.4 \\", "    --hash=sha256:abc", "-r reqs/base.txt", "pandas>=2", "--extra-index-url https://host/cpu",
		"--find-links ./wheels", "sklearn==0.0", "torch==2.1.0+cpu", "scikit_learn ; python_version >= '3.9'", "https://host/y-1-py3-none-any.whl",
	}}
	got, err := requirements(dir, p)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"git+https://host/lib.git#egg=lib", "numpy==1.26.4", "pandas>=2", "tqdm", "--extra-index-url https://host/cpu",
		"scikit-learn", "torch==2.1.0+cpu", "scikit_learn ; python_version >= '3.9'", "https://host/y-1-py3-none-any.whl"}
	if !slices.Equal(got, want) {
		t.Errorf("requirements are\n%q, want\n%q", got, want)
	}
}

func TestRequirementsThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "-r b.txt\n")
	write(t, filepath.Join(dir, "b.txt"), "-r a.txt\n")
	for _, include := range []string{"a.txt", "missing.txt", "../../etc/passwd"} {
		p := &inspect.Program{RequirementsFrom: "requirements.txt", Requirements: []string{"-r " + include}}
		if got, err := requirements(dir, p); err == nil || !strings.Contains(err.Error(), "requirements.txt") {
			t.Errorf("-r %s: %q, %v", include, got, err)
		}
	}
}

func TestRequirementsFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "requirements.txt"), "--extra-index-url https://host/cpu\n-r more.txt\ntorch\n")
	write(t, filepath.Join(dir, "more.txt"), "tqdm\n")
	got, err := requirements(dir, &inspect.Program{RequirementsFrom: "requirements.txt", Requirements: []string{"torch"}})
	if want := []string{"--extra-index-url https://host/cpu", "tqdm", "torch"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("requirements are %q, %v, want %q", got, err, want)
	}
}

func TestSplit(t *testing.T) {
	keras, _ := templates.Framework("keras")
	boosting, _ := templates.Framework("boosting")
	for _, c := range []struct {
		name                          string
		framework, lines, layer, rest []string
	}{
		{"all there already", keras, []string{"tensorflow", "Keras"}, keras, nil},
		{"own", keras, []string{"tqdm", "pillow==10.0.0"}, keras, []string{"tqdm", "pillow==10.0.0"}},
		{"pinned", keras, []string{"tensorflow==2.16.1", "numpy<2"}, []string{"keras", "numpy<2",
			`tensorflow-cpu==2.16.1 ; platform_machine == "x86_64"`, `tensorflow==2.16.1 ; platform_machine != "x86_64"`}, nil},
		{"pinned xgboost", boosting, []string{"xgboost==1.7.6"}, []string{"numpy", "pandas", "scikit-learn", "xgboost==1.7.6"}, nil},
		{"extras", keras, []string{"tensorflow[and-cuda]==2.16.1"}, []string{"keras", "numpy", "tensorflow[and-cuda]==2.16.1"}, nil},
		{"index", keras, []string{"--extra-index-url https://host"}, append([]string{"--extra-index-url https://host"}, keras...), nil},
	} {
		layer, rest := split(c.framework, c.lines)
		if !slices.Equal(layer, c.layer) || !slices.Equal(rest, c.rest) {
			t.Errorf("%s: layer %q rest %q,\nwant %q and %q", c.name, layer, rest, c.layer, c.rest)
		}
	}
}

func TestSystemPackages(t *testing.T) {
	got := systemPackages([]string{"LightGBM==4.0", "opencv_python", "git+https://host/lib.git", "numpy"})
	if want := []string{"git", "libgl1", "libglib2.0-0", "libgomp1"}; !slices.Equal(got, want) {
		t.Errorf("packages are %q, want %q", got, want)
	}
}
