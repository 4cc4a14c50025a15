package inspect

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// dataName is a string that names a data file.
var dataName = regexp.MustCompile(`(?i)\.(csv|tsv|json|jsonl|npz|npy|pkl|pickle|parquet|h5|hdf5|txt|data|zip|gz|feather|xlsx?|arff|mat|joblib|db|sqlite|libsvm|svm|names|test|train)$`)

// readers are calls whose first argument is a path to read.
var readers = set(`read_csv read_table read_json read_parquet read_pickle read_excel read_hdf read_feather load loadtxt genfromtxt open loadmat
	load_svmlight_file ImageFolder DatasetFolder flow_from_directory image_dataset_from_directory text_dataset_from_directory listdir scandir walk
	load_files glob iglob`)

// directories are the readers of a directory.
var directories = set("ImageFolder DatasetFolder flow_from_directory image_dataset_from_directory text_dataset_from_directory listdir scandir walk load_files")

// writers are calls that write to a path, and which argument that is.
var writers = map[string]int{"to_csv": 0, "to_pickle": 0, "to_json": 0, "to_parquet": 0, "to_excel": 0, "dump": 1, "save": 0, "savez": 0, "savetxt": 0, "save_model": 0, "urlretrieve": 1}

// findData lists the paths that the program reads.
func findData(p *Program, src Source, t *trace, extra []string) error {
	names := extra
	w := pathfinder{t, path.Dir(p.Entry)}
	written := map[string]bool{}
	t.each(func(m *project.Module, c *pysrc.Call) {
		if name := w.writing(m, c); name != "" {
			written[name] = true
		} else if name := w.reading(m, c); name != "" {
			names = append(names, name)
		}
	})
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		d := Data{Path: name, Kind: "outside"}
		within := path.Join(path.Dir(p.Entry), name)
		if !path.IsAbs(name) && within != ".." && !strings.HasPrefix(within, "../") {
			var err error
			if d.Kind, err = src.Classify(within); err != nil {
				return err
			}
			if d.Kind == "missing" && written[name] {
				continue // the program makes it
			}
		}
		if d.Kind == "outside" || d.Kind == "missing" {
			if err := mapInto(p, src, &d); err != nil {
				return err
			}
		}
		p.Data = append(p.Data, d)
	}
	return nil
}

// homes are directories that people keep data in.
var homes = []string{"", "data", "input", "dataset", "datasets"}

// mapInto looks for the file of the repository that a path outside of it, or
// one that is not there, means: the longest end of the path that is found.
func mapInto(p *Program, src Source, d *Data) error {
	parts := strings.Split(strings.Trim(path.Clean(d.Path), "/"), "/")
	for i := range parts {
		tail := path.Join(parts[i:]...)
		if strings.HasPrefix(tail, "..") || tail == "input" {
			continue
		}
		for _, home := range homes {
			name := path.Join(home, tail)
			kind, err := src.Classify(name)
			if err != nil {
				return err
			}
			if kind != "missing" {
				d.Mapped = name
				p.Hazards = append(p.Hazards, d.Path+" is not there, "+name+" is: name that in the program")
				return nil
			}
		}
	}
	return nil
}

// A pathfinder reads the paths that expressions stand for. The program runs in
// its entry script's directory.
type pathfinder struct {
	*trace
	dir string
}

// top stands for the directory of the repository in a path made from __file__.
const top = "/<repository>"

// reading is the path that a call reads, empty where it reads none that the
// source tells.
func (w pathfinder) reading(m *project.Module, c *pysrc.Call) string {
	last := lastName(c.Func)
	if !readers[last] || writes(c) {
		return ""
	}
	given := argument(c, 0, "directory", "root", "filepath_or_buffer", "container_path")
	if given == nil {
		return ""
	}
	name, whole := w.path(m, given, farthest)
	if strings.Contains(name, "://") || name == "" {
		return ""
	}
	if i := strings.IndexAny(name, "*?["); i >= 0 {
		name, whole = path.Dir(name[:i]+"x"), false
		if name == "." {
			return ""
		}
		return w.relative(name)
	}
	if !whole || !directories[last] && !dataName.MatchString(name) {
		return ""
	}
	return w.relative(name)
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

// path is what an expression names; whole is false where its end is unknown.
func (w pathfinder) path(m *project.Module, e pysrc.Expr, steps int) (name string, whole bool) {
	if steps == 0 {
		return "", false
	}
	steps--
	switch e := e.(type) {
	case *pysrc.String:
		return e.Value, e.Plain
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
		right, whole := w.path(m, e.Y, steps)
		switch {
		case !known || !whole:
		case e.Op == "/":
			return path.Join(left, right), true
		case e.Op == "+":
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
		if !whole {
			return "", false
		}
		if path.IsAbs(name) {
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

// writes tells whether open is called for writing.
func writes(c *pysrc.Call) bool {
	if lastName(c.Func) != "open" || len(c.Args) < 2 {
		return false
	}
	mode, ok := c.Args[1].(*pysrc.String)
	return ok && strings.ContainsAny(mode.Value, "wax")
}
