package image

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/inspect"
)

// maxIncludes is how deep requirement files may include each other.
const maxIncludes = 8

// requirements cleans the program's requirement lines, so that pip can install
// them without the program's directory: included files are written out, the
// program itself and other local paths are left out (they are in the tree).
func requirements(dir string, p *inspect.Program) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read the requirements: %w", err)
	}
	defer root.Close()
	raw := p.Requirements
	if path.Ext(p.RequirementsFrom) == ".txt" { // with its options, which are no requirements of their own
		if text, err := fs.ReadFile(root.FS(), p.RequirementsFrom); err == nil {
			raw = strings.Split(string(text), "\n")
		}
	}
	var lines []string
	if err := clean(root.FS(), path.Dir(p.RequirementsFrom), raw, maxIncludes, &lines); err != nil {
		return nil, fmt.Errorf("read the requirements of %s: %w", p.RequirementsFrom, err)
	}
	return lines, nil
}

var (
	comment = regexp.MustCompile(`(^|\s)#.*$`)
	hashed  = regexp.MustCompile(`\s--hash[= ]\S+`)
	project = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)
	dashes  = regexp.MustCompile(`[-_.]+`)
)

func clean(tree fs.FS, dir string, raw []string, depth int, out *[]string) error {
	joined := strings.ReplaceAll(strings.Join(raw, "\n"), "\\\n", " ")
	for line := range strings.Lines(joined) {
		line = strings.TrimSpace(hashed.ReplaceAllString(comment.ReplaceAllString(strings.TrimSuffix(line, "\n"), ""), ""))
		option, value := cutOption(line)
		switch option {
		case "":
			if name(line) == "sklearn" { // a project that only says that it has another name
				line = "scikit-learn"
			}
			if line != "" && !isLocal(line) && !slices.Contains(*out, line) {
				*out = append(*out, line)
			}
		case "-r", "--requirement":
			if depth == 0 {
				return fmt.Errorf("%s: the files include each other", value)
			}
			name := path.Join(dir, value)
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				return fmt.Errorf("it includes %s: %w; commit that file or remove the line", value, err)
			}
			if err := clean(tree, path.Dir(name), strings.Split(string(text), "\n"), depth-1, out); err != nil {
				return err
			}
		case "-i", "--index-url", "--extra-index-url":
			*out = append(*out, line)
		case "-e", "--editable":
			if strings.Contains(value, "://") {
				*out = append(*out, value)
			}
		}
	}
	return nil
}

// cutOption splits "-r file", "-rfile" and "--requirement=file".
func cutOption(line string) (option, value string) {
	if !strings.HasPrefix(line, "-") {
		return "", line
	}
	if !strings.HasPrefix(line, "--") && len(line) > 2 {
		return line[:2], strings.TrimSpace(line[2:])
	}
	i := strings.IndexAny(line, "= \t")
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimSpace(line[i+1:])
}

// isLocal tells whether a requirement names a path: ".", "./lib", "x @ file:...".
func isLocal(line string) bool {
	target := line
	if _, url, ok := strings.Cut(line, "@"); ok && !strings.Contains(line, "+") {
		target = strings.TrimSpace(url)
	}
	return strings.HasPrefix(target, ".") || strings.HasPrefix(target, "/") || strings.HasPrefix(target, "file:") ||
		!strings.Contains(target, "://") && strings.HasSuffix(target, ".whl")
}

// name is a requirement's project in normal form; empty for options and URLs.
func name(line string) string {
	if strings.HasPrefix(line, "-") || strings.Contains(strings.SplitN(line, "@", 2)[0], "://") {
		return ""
	}
	return strings.ToLower(dashes.ReplaceAllString(project.FindString(line), "-"))
}

// slot is what only one distribution may fill: tensorflow-cpu and tensorflow
// bring the same modules.
func slot(line string) string {
	n := name(line)
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
		case line != project.FindString(line):
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
	if !ok || strings.ContainsAny(version, "[;") || name(line) != "tensorflow" {
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
		packages = append(packages, needs[name(line)]...)
		if strings.Contains(line, "git+") {
			packages = append(packages, "git")
		}
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}

// imports are the modules of projects that go by another name.
var imports = map[string]string{
	"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow", "xgboost-cpu": "xgboost", "pillow": "PIL", "opencv-python": "cv2",
	"opencv-python-headless": "cv2", "opencv-contrib-python": "cv2", "pyyaml": "yaml", "scikit-image": "skimage",
	"beautifulsoup4": "bs4", "python-dateutil": "dateutil", "pytorch-lightning": "pytorch_lightning",
}

// modules are what the finished environment must be able to import: what the
// program imports, as far as its requirements tell.
func modules(p *inspect.Program, lines []string) []string {
	list := slices.Clone(p.Frameworks)
	for _, line := range lines {
		n := name(line)
		switch module, known := imports[n]; {
		case n == "" || strings.Contains(line, ";"): // conditional: not on every machine
		case known:
			list = append(list, module)
		case p.RequirementsFrom == "imports" || slices.Contains([]string{"numpy", "pandas", "scipy", "matplotlib", "seaborn"}, n):
			list = append(list, strings.ReplaceAll(n, "-", "_"))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
