// Package requirements finds what a program needs installed: from the file in
// which the project says so, whichever tool the file is for, and from the
// imports. The result is plain pip requirement lines. Nothing is run.
package requirements

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
)

// Imports is the Set.From of a program whose project lists no requirements, and
// the setting that asks for the same.
const Imports = "imports"

// A Set is what has to be installed.
type Set struct {
	// Lines are pip requirement lines and index options. Included files are
	// written out; local paths, and what exists for other systems only, are left out.
	Lines []string
	// Modules are the top-level modules that the program imports without a way
	// around and that are known to come with the lines, sorted.
	Modules []string
	// From is the "/"-separated file that they are from, or "imports".
	From string
	// Why holds a line for each thing decided, Hazards for what may go wrong.
	Why, Hazards []string
}

// Beside is what the user has beside the commit, or did not get. A module that may
// be from there is not installed: a package of its name is somebody else's.
type Beside struct {
	Has    func(file string) bool // in the working tree, and not in the commit
	Absent []string               // directories of submodules that are not checked out
}

// A Fault is an error of the user's files. Its text says what to do.
type Fault struct{ Text string }

func (f *Fault) Error() string { return f.Text }

// A listing is what one file lists.
type listing struct {
	lines []string // as pip reads them, options included
	// optional are lines of groups that nobody asked for; they tell versions of
	// what is imported.
	optional []string
}

// Find reads the requirements of a program, whose entry comes first, in the
// project's files. setting is the user's: a file, "imports", or empty.
func Find(files fs.FS, local *project.Project, program []*project.Module, setting string, beside Beside) (Set, error) {
	var s Set
	listed, err := s.choose(files, path.Dir(program[0].Name), setting)
	if err != nil {
		return s, err
	}
	c := cleaner{files: files, from: s.From}
	if err := c.clean(path.Dir(s.From), listed.lines, maxIncludes); err != nil {
		return s, err
	}
	for _, m := range program {
		if m.Notebook == nil {
			continue
		}
		given := installs(m.Notebook.Commands)
		if len(given) > 0 && s.From == Imports {
			s.From = m.Name
		}
		c.from = m.Name
		if err := c.clean(path.Dir(m.Name), given, maxIncludes); err != nil {
			return s, err
		}
	}
	s.Lines = c.lines
	s.complete(imports(program, local, beside), implied(program), listed.optional, beside.Absent)
	if s.From != Imports {
		s.Why = append([]string{"requirements: from " + s.From}, s.Why...)
	}
	return s, nil
}

// choose takes the user's file, else the first that lists anything, in the
// directory of the entry script and then in those around it.
func (s *Set) choose(files fs.FS, dir, setting string) (listing, error) {
	s.From = Imports
	if setting == Imports {
		return listing{}, nil
	}
	if setting != "" {
		s.From = path.Clean(setting)
		listed, _, err := read(files, s.From)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			err = &Fault{fmt.Sprintf("the setting requirements names %s, which is not in the commit; commit that file or change it with `git config mlhook.requirements FILE`", setting)}
		}
		return listed, err
	}
	for ; ; dir = path.Dir(dir) {
		names, err := s.candidates(files, dir)
		if err != nil {
			return listing{}, err
		}
		for _, name := range names {
			listed, lists, err := read(files, name)
			if err != nil {
				return listing{}, err
			}
			if lists {
				s.From = name
				return listed, nil
			}
		}
		if dir == "." {
			return listing{}, nil
		}
	}
}

// candidates are the files of a directory that may list requirements, in the
// order in which they are asked.
func (s *Set) candidates(files fs.FS, dir string) (names []string, err error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	var variants []string
	for _, e := range entries {
		has[e.Name()] = e.Type().IsRegular()
		if base, ok := strings.CutPrefix(e.Name(), "requirements"); ok && e.Type().IsRegular() && len(base) > 4 && path.Ext(base) == ".txt" {
			variants = append(variants, path.Join(dir, e.Name()))
		}
		if e.Name() == "requirements" && e.IsDir() {
			below, err := fs.Glob(files, path.Join(dir, "requirements", "*.txt"))
			if err != nil {
				return nil, err
			}
			variants = append(variants, below...)
		}
	}
	take := func(group ...string) {
		for _, name := range group {
			if has[name] {
				names = append(names, path.Join(dir, name))
			}
		}
	}
	take("requirements.txt")
	if len(names) == 0 && len(variants) > 0 {
		if best := variant(variants); best != "" {
			names = append(names, best)
		} else {
			s.Hazards = append(s.Hazards, strings.Join(variants, ", ")+" list requirements; name the one to install with `git config mlhook.requirements FILE`")
		}
	}
	take("pyproject.toml", "environment.yml", "environment.yaml", "Pipfile", "setup.cfg", "setup.py")
	return names, nil
}

// preferred are the words in names of requirement files for training, best
// first; unwanted those of files for something else.
var (
	preferred = strings.Fields("base common main core default requirements train training ml model all prod production cpu gpu")
	unwanted  = strings.Fields("dev develop development test tests testing doc docs lint ci build style deploy serve app web api")
)

// variant chooses among requirements-*.txt and requirements/*.txt; empty when
// the names do not tell.
func variant(names []string) string {
	words := map[string]string{}
	var unknown []string
	for _, name := range names {
		word := strings.TrimSuffix(path.Base(name), ".txt")
		if rest := strings.TrimLeft(strings.TrimPrefix(word, "requirements"), "-_."); rest != "" {
			word = rest
		}
		words[word] = name
		if !slices.Contains(preferred, word) && !slices.Contains(unwanted, word) {
			unknown = append(unknown, name)
		}
	}
	for _, word := range preferred {
		if words[word] != "" {
			return words[word]
		}
	}
	if len(unknown) == 1 {
		return unknown[0]
	}
	return ""
}

// read reads a file of any known form. lists is false for a file that is there
// for something else, as a pyproject.toml with settings of tools.
func read(files fs.FS, name string) (listed listing, lists bool, err error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return listing{}, false, err
	}
	switch base := path.Base(name); {
	case base == "Pipfile":
		listed, err = pipfile(text)
	case base == "setup.py":
		listed = setupScript(text)
	case base == "setup.cfg":
		listed = setupConfig(text)
	case path.Ext(base) == ".toml":
		listed, err = pyproject(text)
	case path.Ext(base) == ".yml" || path.Ext(base) == ".yaml":
		listed, err = conda(text)
	default:
		return listing{lines: strings.Split(decode(text), "\n")}, true, nil
	}
	if err != nil {
		return listing{}, false, &Fault{fmt.Sprintf("%s cannot be read: %v; mend it and commit again", name, err)}
	}
	return listed, len(listed.lines)+len(listed.optional) > 0, nil
}
