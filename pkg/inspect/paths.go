package inspect

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// dataName is a string that names a data file.
var dataName = regexp.MustCompile(`(?i)\.(csv|tsv|json|jsonl|npz|npy|pkl|pickle|parquet|h5|hdf5|txt|data|zip|gz|feather|xlsx?|arff|mat|joblib|db|sqlite|libsvm|svm|names|test|train|png|jpe?g|bmp|tiff?|gif|wav|mp3|flac|ogg|xml|tfrecords?)$`)

// readers are calls whose first argument is a path to read.
var readers = set(`read_csv read_table read_json read_parquet read_pickle read_excel read_hdf read_feather read_fwf read_xml load loadtxt genfromtxt open loadmat
	load_svmlight_file ImageFolder DatasetFolder flow_from_directory image_dataset_from_directory text_dataset_from_directory listdir scandir walk
	load_files glob iglob rglob iterdir imread load_img read_text read_bytes File ZipFile connect TextLineDataset TFRecordDataset`)

// directories are the readers of a directory.
var directories = set("ImageFolder DatasetFolder flow_from_directory image_dataset_from_directory text_dataset_from_directory listdir scandir walk load_files iterdir glob rglob")

// ofPath are the readers that are methods of a path.
var ofPath = set("open read_text read_bytes iterdir glob rglob")

// writers are calls that write to a path, and which argument that is.
var writers = map[string]int{"to_csv": 0, "to_pickle": 0, "to_json": 0, "to_parquet": 0, "to_excel": 0, "dump": 1, "save": 0, "savez": 0, "savetxt": 0, "save_model": 0, "urlretrieve": 1}

// unknown stands for a part of a path that the source does not tell.
const unknown = "*"

// A reading is a path that a call reads.
type reading struct {
	name string
	// guess says that it is only the directory of what is read.
	guess bool
}

// A pathfinder reads the paths that expressions stand for. The program runs in
// its entry script's directory.
type pathfinder struct {
	*trace
	dir string
}

// top stands for the directory of the repository in a path made from __file__.
const top = "/<repository>"

// reading is the path that a call reads, without a name where it reads none that
// the source tells.
func (w pathfinder) reading(m *project.Module, c *pysrc.Call) reading {
	last := lastName(c.Func)
	if !readers[last] || writes(c) {
		return reading{}
	}
	name, whole := "", false
	if a, method := c.Func.(*pysrc.Attribute); method && ofPath[last] {
		name, whole = w.path(m, a.Value, farthest)
	}
	if !whole {
		given := argument(c, 0, "directory", "root", "filepath_or_buffer", "container_path")
		if given == nil {
			return reading{}
		}
		name, whole = w.path(m, given, farthest)
	}
	if strings.Contains(name, "://") || name == "" || !whole {
		return reading{}
	}
	if i := strings.IndexAny(name, "*?["); i >= 0 {
		name = path.Dir(name[:i] + "x")
		if name == "." || name == "/" || name == "~" || name == top {
			return reading{}
		}
		return reading{w.relative(name), true}
	}
	if !directories[last] && !dataName.MatchString(name) {
		return reading{}
	}
	return reading{w.relative(name), false}
}

// writing is the path that a call writes.
func (w pathfinder) writing(m *project.Module, c *pysrc.Call) string {
	at, known := writers[lastName(c.Func)]
	if !known && !writes(c) || at >= len(c.Args) {
		return ""
	}
	if lastName(c.Func) == "save" && len(c.Args) > 1 && project.Root(m.Canonical(c)) == "torch" {
		at = 1
	}
	name, whole := w.path(m, c.Args[at], farthest)
	if !whole {
		return ""
	}
	return w.relative(name)
}

// relative is a path as seen from where the program runs.
func (w pathfinder) relative(name string) string {
	name = path.Clean(name)
	rest, own := strings.CutPrefix(name, top)
	if !own {
		return name
	}
	rest = strings.TrimPrefix(rest, "/")
	up := ""
	for dir := w.dir; dir != "."; dir = path.Dir(dir) {
		if below, ok := strings.CutPrefix(rest, dir+"/"); ok {
			rest = below
			break
		}
		up += "../"
	}
	return path.Clean(up + rest)
}

// A located path has "*" for parts that are unknown; whole is false where it is
// unknown how it begins.
type located struct {
	name  string
	whole bool
}

// path is what an expression names.
func (w pathfinder) path(m *project.Module, e pysrc.Expr, steps int) (name string, whole bool) {
	if steps == 0 {
		return "", false
	}
	found := once(w.paths, e, steps, func() (l located) {
		l.name, l.whole = w.locate(m, e, steps-1)
		return l
	})
	return found.name, found.whole
}

func (w pathfinder) locate(m *project.Module, e pysrc.Expr, steps int) (name string, whole bool) {
	switch e := e.(type) {
	case *pysrc.String:
		if e.Format {
			return w.format(m, e, steps)
		}
		return e.Value, e.Plain
	case *pysrc.Number:
		return m.File.Text(e), true
	case *pysrc.Name:
		if e.ID == "__file__" {
			return path.Join(top, m.Name), true
		}
		for _, at := range w.holds(m, e) {
			if name, whole = w.path(at.m, at.e, steps); whole {
				return name, whole
			}
		}
	case *pysrc.Binary:
		left, known := w.path(m, e.X, steps)
		if !known {
			return "", false
		}
		if e.Op == "%" {
			return percent.ReplaceAllString(left, unknown), true
		}
		right, whole := w.path(m, e.Y, steps)
		if !whole {
			right = unknown
		}
		switch e.Op {
		case "/":
			return path.Join(left, right), true
		case "+":
			return left + right, true
		}
	case *pysrc.Attribute:
		return w.attribute(m, e, steps)
	case *pysrc.Subscript: // Path(...).parents[1]
		if a, ok := e.Value.(*pysrc.Attribute); ok && a.Attr == "parents" {
			name, whole := w.path(m, a.Value, steps)
			levels, err := strconv.Atoi(m.File.Text(e.Index))
			for range levels + 1 {
				name = path.Dir(name)
			}
			return name, whole && err == nil
		}
	case *pysrc.Call:
		return w.made(m, e, steps)
	}
	return "", false
}

// attribute is the path of args.data, config.DATA or path.parent.
func (w pathfinder) attribute(m *project.Module, e *pysrc.Attribute, steps int) (string, bool) {
	if e.Attr == "parent" {
		name, whole := w.path(m, e.Value, steps)
		return path.Dir(name), whole
	}
	base, ok := e.Value.(*pysrc.Name)
	if !ok {
		return "", false
	}
	for _, at := range w.elsewhere(m, m.Imports[base.ID]+"."+e.Attr) {
		return w.path(at.m, at.e, steps)
	}
	for _, other := range w.program { // args.data
		for _, c := range other.Calls {
			if lastName(c.Func) != "add_argument" || strings.ReplaceAll(strings.TrimLeft(firstString(c), "-"), "-", "_") != e.Attr {
				continue
			}
			if given := project.Argument(c, "default", -1); given != nil {
				return w.path(other, given, steps)
			}
		}
	}
	return "", false
}

// made is the path that a call of os.path or pathlib makes.
func (w pathfinder) made(m *project.Module, c *pysrc.Call, steps int) (string, bool) {
	a, method := c.Func.(*pysrc.Attribute)
	last := lastName(c.Func)
	if method && len(c.Args) == 0 && (last == "resolve" || last == "absolute" || last == "expanduser") {
		return w.path(m, a.Value, steps)
	}
	if last == "format" && method {
		name, whole := w.path(m, a.Value, steps)
		return braces.ReplaceAllString(name, unknown), whole
	}
	var parts []string
	if last == "joinpath" && method {
		name, whole := w.path(m, a.Value, steps)
		if !whole {
			return "", false
		}
		parts = append(parts, name)
	}
	for _, e := range c.Args {
		name, whole := w.path(m, e, steps)
		switch {
		case !whole && len(parts) == 0:
			return "", false
		case !whole:
			name = unknown
		case isAnchored(name):
			parts = nil
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ".", last == "getcwd" || last == "cwd"
	}
	switch last {
	case "join", "joinpath", "Path", "PurePath":
		return path.Join(parts...), true
	case "dirname":
		return path.Dir(parts[0]), true
	case "abspath", "realpath", "normpath", "expanduser", "str", "fspath":
		return parts[0], true
	}
	return "", false
}

// format is the path in an f-string of one part, whose expressions are read as
// if each stood alone in the file, at its place.
func (w pathfinder) format(m *project.Module, s *pysrc.String, steps int) (string, bool) {
	src := m.File.Src[s.Start:s.End]
	open := bytes.IndexAny(src, `"'`)
	text := src[open:]
	quote := text[:1]
	if len(text) >= 6 && bytes.HasPrefix(text, bytes.Repeat(quote, 3)) {
		quote = text[:3]
	}
	if bytes.Count(text, quote) != 2 || bytes.ContainsRune(text, '\\') { // several parts, or escapes
		return "", false
	}
	at, end := s.Start+open+len(quote), s.End-len(quote)
	var name strings.Builder
	for _, field := range m.File.Fields(s) {
		from := at + bytes.LastIndexByte(m.File.Src[at:field.Start], '{')
		name.Write(m.File.Src[at:max(at, from)])
		known := false
		alone := pysrc.Parse(append(bytes.Repeat([]byte("\n"), field.Start), bytes.TrimRight(m.File.Src[field.Start:field.End], " ")...))
		if len(alone.Body) == 1 {
			if x, ok := alone.Body[0].(*pysrc.ExprStmt); ok {
				var part string
				if part, known = w.path(m, x.X, steps); known {
					name.WriteString(part)
				}
			}
		}
		if !known {
			name.WriteString(unknown)
		}
		closing := bytes.IndexByte(m.File.Src[field.End:end], '}')
		if closing < 0 {
			return "", false
		}
		at = field.End + closing + 1
	}
	name.Write(m.File.Src[at:end])
	return name.String(), true
}

// writes tells whether open is called for writing.
func writes(c *pysrc.Call) bool {
	if last := lastName(c.Func); last != "open" && last != "File" && last != "ZipFile" || len(c.Args) < 2 {
		return false
	}
	mode, ok := c.Args[1].(*pysrc.String)
	return ok && strings.ContainsAny(mode.Value, "wax")
}
