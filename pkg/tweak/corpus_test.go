package tweak

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/space"
)

var update = flag.Bool("update", false, "write the golden files")

// corpus holds small projects as people write them; each trains in seconds. A
// make_data.py writes data that is not committed.
const corpus = "testdata/corpus"

// A sample is a project of the corpus.
type sample struct {
	name     string
	files    fs.FS             // what is committed
	data     map[string][]byte // what make_data.py wrote beside it
	program  *inspect.Program
	baseline *observation // what the unedited program did
}

// TestCorpus holds what inspect says of the corpus against golden files, for
// what a reader can see, and against what the agent observes when the programs
// run, for the rest; then it edits every tunable to both ends of its domain. By
// default one edit of each project runs (all are made and compiled); all run with
//
//	MLHOOK_TEST_CORPUS=all go test -timeout 60m -run Corpus ./pkg/tweak
func TestCorpus(t *testing.T) {
	python := interpreter(t, "sklearn numpy pandas matplotlib yaml torch tensorflow keras xgboost lightgbm")
	projects := load(t, python)
	if len(projects) < 40 {
		t.Errorf("the corpus has %d projects, want 40 or more", len(projects))
	}
	t.Run("golden", func(t *testing.T) { golden(t, projects) })
	s := start(t, python)
	t.Run("observed", func(t *testing.T) { observe(t, s, projects) })
	t.Run("edits", func(t *testing.T) { edits(t, s, projects) })
}

// load inspects every project of the corpus.
func load(t *testing.T, python string) []*sample {
	dirs, err := os.ReadDir(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var projects []*sample
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		p := &sample{name: d.Name(), files: os.DirFS(filepath.Join(corpus, d.Name()))}
		p.data = makeData(t, python, p.files)
		if p.program, err = inspect.Inspect(inspect.Source{FS: p.files, Classify: p.classify}, inspect.Hints{}); err != nil {
			t.Fatal(err)
		}
		projects = append(projects, p)
	}
	return projects
}

// makeData runs the project's make_data.py and returns the files that it wrote.
func makeData(t *testing.T, python string, files fs.FS) map[string][]byte {
	if _, err := fs.Stat(files, "make_data.py"); err != nil {
		return nil
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(python, "make_data.py")
	run.Dir = dir
	if text, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", files, err, text)
	}
	made := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if _, there := fs.Stat(files, name); err != nil || d.IsDir() || there == nil || strings.Contains(name, "__pycache__") {
			return err
		}
		made[name], err = os.ReadFile(filepath.Join(dir, name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// classify says how git would see a path.
func (p *sample) classify(name string) (string, error) {
	name = path.Clean(name)
	_, err := fs.Stat(p.files, name)
	if err == nil {
		return "tracked", nil
	}
	for made := range p.data {
		if made == name || strings.HasPrefix(made, name+"/") {
			return "untracked", nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "missing", nil
	}
	return "", err
}

// layOut writes the project into a directory, some files replaced.
func (p *sample) layOut(dir string, replaced map[string][]byte) error {
	if err := os.CopyFS(dir, p.files); err != nil {
		return err
	}
	for _, more := range []map[string][]byte{p.data, replaced} {
		for name, text := range more {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, text, 0o644)); err != nil {
				return err
			}
		}
	}
	return nil
}

// seen is the part of a Program that a reader of the sources can check.
type seen struct {
	Entry      string   `json:"entry"`
	Family     string   `json:"family"`
	Frameworks []string `json:"frameworks"`
	Files      []string `json:"files"`
	Resume     string   `json:"resume"`
	Hazards    []string `json:"hazards"`
	Problem    *string  `json:"problem"`
	Tunables   []string `json:"tunables"`
}

func golden(t *testing.T, projects []*sample) {
	for _, p := range projects {
		t.Run(p.name, func(t *testing.T) {
			q := p.program
			s := seen{q.Entry, q.Family, q.Frameworks, q.Files, q.Resume, q.Hazards, q.Problem, []string{}}
			for _, x := range q.Tunables {
				s.Tunables = append(s.Tunables, describe(x))
			}
			slices.Sort(s.Tunables)
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			if err := enc.Encode(s); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(corpus, p.name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got, accept with -update:\n%s", diff)
			}
		})
	}
}

// describe is a tunable in a line: its place, its value, its domain, its owner.
func describe(x space.Tunable) string {
	domain := fmt.Sprintf("%s %g..%g", x.Scale, x.Low, x.High)
	if x.Choices != nil {
		domain = fmt.Sprintf("%q", x.Choices)
	}
	cell := ""
	if x.Cell != nil {
		cell = fmt.Sprintf("[%d]", *x.Cell)
	}
	return fmt.Sprintf("%s%s:%d %s %s=%s %s %s", x.File, cell, x.Line, x.Kind, x.Name, x.Value, domain, x.Owner)
}
