package inspect

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// startDirectory finds the directory that the program is started in: its own, or
// the one around it from which more of the relative paths that it names are
// there, as with `python src/train.py`. texts are those outside of the source.
func startDirectory(p *Program, src Source, t *trace, read []reading, texts []string, hints Hints) error {
	p.Dir = path.Dir(p.Entry)
	if hints.Dir != "" {
		p.Dir = path.Clean(hints.Dir)
		if info, err := fs.Stat(src.FS, p.Dir); err != nil || !info.IsDir() {
			problem := fmt.Sprintf("the directory %s is not in the commit; set another with `git config mlhook.dir DIR`, or `.` for the top", hints.Dir)
			p.Problem = &problem
		}
		p.Why = append(p.Why, "directory: "+p.Dir+", as set")
		return nil
	}
	if p.Dir == "." {
		return nil // there is none around it
	}
	names := relatives(t, read, texts)
	most, own := 0, p.Dir
	for dir := own; ; dir = path.Dir(dir) {
		here := 0
		for _, name := range names {
			there, err := mapper{src: src, dir: dir}.there(name)
			if err != nil {
				return err
			}
			if there {
				here++
			}
		}
		if here > most {
			most, p.Dir = here, dir
		}
		if dir == "." {
			break
		}
	}
	if p.Dir != own {
		p.Why = append(p.Why, "directory: "+p.Dir+", where more of the files are that the program names than in "+own)
	}
	return nil
}

// there tells whether a relative path leads to a file or directory of the
// repository.
func (m mapper) there(name string) (bool, error) {
	within := m.within(name)
	if within == "." || isOutside(within) {
		return false, nil
	}
	kind, err := m.kind(within)
	return kind != missing, err
}

// relative is a text that may be a relative path.
var relative = regexp.MustCompile(`^(?:\.{1,2}/)*[\w.-]+(?:/[\w.-]+)*/?$`)

// joining are calls that make one path of several arguments.
var joining = set("join joinpath Path PurePath")

// relatives are the relative paths that a program names: those that it reads, and
// what looks like one in its source and in texts, its configuration and command line.
func relatives(t *trace, read []reading, texts []string) (names []string) {
	add := func(name string) {
		if name = path.Clean(name); relative.MatchString(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	telling := func(text string) {
		if path.Base(text) != text || dataName.MatchString(text) || project.IsConfig(text) {
			add(text)
		}
	}
	for _, r := range read {
		add(r.name)
	}
	for _, text := range texts {
		telling(text)
	}
	for _, m := range t.program {
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Binary:
				return false // parts of a path
			case *pysrc.Call:
				return len(n.Args) < 2 || !joining[project.LastName(n.Func)]
			case *pysrc.String:
				if n.Plain {
					telling(n.Value)
				}
			}
			return true
		})
	}
	return names
}

// configured are the texts in the configuration files of a program.
func configured(t *trace) (texts []string) {
	for _, config := range t.modules.Configs(t.program) {
		for _, s := range config.Scalars {
			if text, ok := s.Value.(string); ok {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
