package image

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/requirements"
)

// slot is what only one distribution may fill: tensorflow-cpu and tensorflow
// bring the same modules.
func slot(line string) string {
	n := requirements.Name(line)
	for _, base := range []string{"tensorflow", "xgboost"} {
		if n == base+"-cpu" || n == base+"-gpu" {
			return base
		}
	}
	return n
}

// split divides requirements into the framework's layer and the program's own.
// A framework that the program pins replaces the family's line; one that it
// names without a version is there already.
func split(framework, lines []string) (layer, rest []string) {
	pinned := map[string][]string{}
	for _, line := range lines {
		s := slot(line)
		switch {
		case strings.HasPrefix(line, "-"): // an index serves both layers
			layer = append(layer, line)
		case s == "" || !slices.ContainsFunc(framework, func(f string) bool { return slot(f) == s }):
			rest = append(rest, withoutGPU(line)...)
		case line != requirements.Project(line):
			pinned[s] = append(pinned[s], withoutGPU(line)...)
		}
	}
	for _, f := range framework {
		if own, ok := pinned[slot(f)]; ok {
			layer = append(layer, own...)
			pinned[slot(f)] = nil
		} else {
			layer = append(layer, f)
		}
	}
	return layer, rest
}

// withoutGPU takes the build without GPU code where there is one for every
// version: a tenth of the size.
func withoutGPU(line string) []string {
	version, ok := strings.CutPrefix(line, "tensorflow")
	if !ok || strings.ContainsAny(version, "[;") || requirements.Name(line) != "tensorflow" {
		return []string{line}
	}
	return []string{"tensorflow-cpu" + version + ` ; platform_machine == "x86_64"`, line + ` ; platform_machine != "x86_64"`}
}

// text is a requirements file. The comment keeps it from being empty, which
// pip warns about.
func text(lines []string) []byte {
	return []byte("# written by mlhook\n" + strings.Join(append(slices.Clone(lines), ""), "\n"))
}

// systemPackages are the Debian packages without which wheels do not load.
func systemPackages(lines []string) []string {
	needs := map[string][]string{
		"lightgbm": {"libgomp1"}, "opencv-python": {"libgl1", "libglib2.0-0"}, "opencv-contrib-python": {"libgl1", "libglib2.0-0"},
	}
	var packages []string
	for _, line := range lines {
		packages = append(packages, needs[requirements.Name(line)]...)
		if strings.Contains(line, "git+") {
			packages = append(packages, "git")
		}
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}
