package inspect

import (
	"errors"
	"io/fs"
	"sort"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
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

// packages maps import names to pip names where they differ.
var packages = map[string]string{
	"sklearn": "scikit-learn", "cv2": "opencv-python-headless", "PIL": "pillow", "yaml": "pyyaml", "skimage": "scikit-image",
	"bs4": "beautifulsoup4", "dateutil": "python-dateutil", "pytorch_lightning": "pytorch-lightning", "attr": "attrs",
}
