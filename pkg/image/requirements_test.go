package image

import (
	"slices"
	"testing"

	"github.com/mlhook/mlhook/templates"
)

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
