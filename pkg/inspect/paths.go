package inspect

import (
	"path"
	"regexp"
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

// A reading is a path that a call reads: below top where the program makes it
// from __file__.
type reading struct {
	name string
	// guess says that it is only the directory of what is read.
	guess bool
}

// top stands for the directory of the repository in a path made from __file__.
const top = "/<repository>"

// readings are the paths that a call reads, none where the source does not tell.
func (w pathfinder) readings(m *project.Module, c *pysrc.Call) (found []reading) {
	last := project.LastName(c.Func)
	if !readers[last] || writes(c) {
		return nil
	}
	var names []string
	if a, method := c.Func.(*pysrc.Attribute); method && ofPath[last] {
		names = w.names(m, a.Value, farthest)
	}
	if given := argument(c, 0, "directory", "root", "filepath_or_buffer", "container_path"); len(names) == 0 && given != nil {
		names = w.names(m, given, farthest)
	}
	for _, name := range names {
		if r := asData(name, directories[last]); r.name != "" {
			found = append(found, r)
		}
	}
	return found
}

// asData is a path as data, without a name where that is no data of this
// machine; directory says that any path is.
func asData(name string, directory bool) reading {
	if strings.Contains(name, "://") || name == "" {
		return reading{}
	}
	if i := strings.IndexAny(name, "*?["); i >= 0 {
		name = path.Dir(name[:i] + "x")
		if name == "." || name == "/" || name == "~" || name == top {
			return reading{}
		}
		return reading{path.Clean(name), true}
	}
	if !directory && !dataName.MatchString(name) {
		return reading{}
	}
	return reading{path.Clean(name), false}
}

// writing is the path that a call writes.
func (w pathfinder) writing(m *project.Module, c *pysrc.Call) string {
	at, known := writers[project.LastName(c.Func)]
	if !known && !writes(c) || at >= len(c.Args) {
		return ""
	}
	if project.LastName(c.Func) == "save" && len(c.Args) > 1 && project.Root(m.Canonical(c)) == "torch" {
		at = 1
	}
	name, whole := w.path(m, c.Args[at])
	if !whole {
		return ""
	}
	return path.Clean(name)
}

// seenFrom is a path as a program names it that runs in a directory.
func seenFrom(dir, name string) string {
	rest, own := strings.CutPrefix(name, top)
	if !own {
		return name
	}
	rest = strings.TrimPrefix(rest, "/")
	up := ""
	for ; dir != "."; dir = path.Dir(dir) {
		if below, ok := strings.CutPrefix(rest, dir+"/"); ok {
			rest = below
			break
		}
		up += "../"
	}
	return path.Clean(up + rest)
}

// writes tells whether open is called for writing.
func writes(c *pysrc.Call) bool {
	if last := project.LastName(c.Func); last != "open" && last != "File" && last != "ZipFile" || len(c.Args) < 2 {
		return false
	}
	mode, ok := c.Args[1].(*pysrc.String)
	return ok && strings.ContainsAny(mode.Value, "wax")
}
