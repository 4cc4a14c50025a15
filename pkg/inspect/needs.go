package inspect

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// findRequirements takes requirements.txt, else what is imported.
func findRequirements(p *Program, files fs.FS, program []*project.Module, local *project.Project) error {
	text, err := fs.ReadFile(files, "requirements.txt")
	if err == nil {
		p.RequirementsFrom = "requirements.txt"
		for _, line := range strings.Split(string(text), "\n") {
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line[0] != '-' {
				p.Requirements = append(p.Requirements, line)
			}
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p.RequirementsFrom = "imports"
	names := map[string]bool{}
	for _, m := range program {
		for name := range m.Roots {
			_, isFile := m.Local(name, local.Has)
			if name == "" || isFile || standard[name] {
				continue
			}
			if other, ok := packages[name]; ok {
				name = other
			}
			names[name] = true
		}
	}
	if names["keras"] && !names["torch"] && !names["jax"] {
		names["tensorflow"] = true // keras computes nothing on its own
	}
	for name := range names {
		p.Requirements = append(p.Requirements, name)
	}
	sort.Strings(p.Requirements)
	return nil
}

// standard are the modules of Python's own library that scripts import.
var standard = set(`__future__ abc argparse array ast asyncio base64 bisect builtins bz2 calendar cmath collections colorsys concurrent
configparser contextlib copy csv ctypes dataclasses datetime decimal difflib email enum errno fnmatch fractions functools gc getopt
getpass glob gzip hashlib heapq html http importlib inspect io itertools json keyword linecache locale logging lzma math multiprocessing
numbers operator os pathlib pdb pickle pkgutil platform pprint queue random re sched secrets select shelve shlex shutil signal
smtplib socket sqlite3 ssl stat statistics string struct subprocess sys tarfile tempfile textwrap threading time timeit tkinter token
traceback types typing unicodedata unittest urllib uuid warnings weakref xml zipfile zlib zoneinfo`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// dataName is a string that names a data file.
var dataName = regexp.MustCompile(`(?i)\.(csv|tsv|json|jsonl|npz|npy|pkl|pickle|parquet|h5|hdf5|txt|data|zip|gz|feather|xlsx?|arff|mat)$`)

// readers are calls whose first argument is a path to read.
var readers = set("read_csv read_table read_json read_parquet read_pickle read_excel read_hdf read_feather load loadtxt genfromtxt open ImageFolder flow_from_directory image_dataset_from_directory listdir loadmat")

// findData lists the paths that the program reads.
func findData(p *Program, src Source, program []*project.Module, extra []string) error {
	seen := map[string]bool{}
	add := func(name string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		kind := "outside"
		within := path.Join(path.Dir(p.Entry), name)
		if !path.IsAbs(name) && within != ".." && !strings.HasPrefix(within, "../") {
			var err error
			if kind, err = src.Classify(within); err != nil {
				return err
			}
		}
		p.Data = append(p.Data, Data{Path: name, Kind: kind})
		return nil
	}
	for _, name := range extra {
		if err := add(name); err != nil {
			return err
		}
	}
	for _, m := range program {
		for _, c := range m.Calls {
			if name := reading(m, c); name != "" {
				if err := add(name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// reading is the path that a call reads, empty where it reads none that the
// source tells.
func reading(m *project.Module, c *pysrc.Call) string {
	name := project.Dotted(c.Func)
	if len(c.Args) == 0 || !readers[name[strings.LastIndexByte(name, '.')+1:]] || writes(c) {
		return ""
	}
	given := c.Args[0]
	if n, ok := given.(*pysrc.Name); ok && len(m.Assigns[n.ID]) == 1 && m.Bound[n.ID] == 1 {
		given = m.Assigns[n.ID][0].Value
	}
	s, ok := given.(*pysrc.String)
	if !ok || !s.Plain || strings.Contains(s.Value, "://") {
		return ""
	}
	directory := strings.Contains(name, "Folder") || strings.Contains(name, "directory") || strings.HasSuffix(name, "listdir")
	if directory || dataName.MatchString(s.Value) {
		return s.Value
	}
	return ""
}

// writes tells whether open is called for writing.
func writes(c *pysrc.Call) bool {
	if project.Dotted(c.Func) != "open" || len(c.Args) < 2 {
		return false
	}
	mode, ok := c.Args[1].(*pysrc.String)
	return ok && strings.ContainsAny(mode.Value, "wax")
}

// packages maps import names to pip names where they differ.
var packages = map[string]string{
	"sklearn": "scikit-learn", "cv2": "opencv-python-headless", "PIL": "pillow", "yaml": "pyyaml", "skimage": "scikit-image",
	"bs4": "beautifulsoup4", "dateutil": "python-dateutil", "pytorch_lightning": "pytorch-lightning", "attr": "attrs",
}
