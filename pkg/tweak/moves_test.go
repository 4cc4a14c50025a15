package tweak

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/txtar"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/space"
)

// A scene is a file of testdata/moves: a program, values for its tunables, and
// the diff that they make. "set ID 1" takes the first choice that changes
// something, "value ID 32" a value; "crlf" gives the program Windows line ends.
type scene struct {
	name    string
	archive *txtar.Archive
	files   fs.FS
	program *inspect.Program
	values  map[string]string
	crlf    bool
}

func scenes(t *testing.T) (all []scene) {
	t.Helper()
	names, err := filepath.Glob("testdata/moves/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no scenes", err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := scene{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), archive: a, values: map[string]string{}}
		s.crlf = strings.Contains(string(a.Comment), "\ncrlf\n")
		program := &txtar.Archive{}
		for _, f := range a.Files {
			if s.crlf {
				f.Data = bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n"))
			}
			if f.Name != "want.diff" {
				program.Files = append(program.Files, f)
			}
		}
		if s.files, err = txtar.FS(program); err != nil {
			t.Fatal(err)
		}
		s.program, err = inspect.Inspect(inspect.Source{FS: s.files, Classify: func(string) (string, error) { return "tracked", nil }},
			inspect.Hints{Entry: "train.py"})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(a.Comment), "\n") {
			var id, value string
			var choice int
			if n, _ := fmt.Sscanf(line, "set %s %d", &id, &choice); n == 2 {
				if x := s.tunable(t, id); choice < len(x.Choices) {
					s.values[id] = x.Choices[choice]
				}
			}
			if n, _ := fmt.Sscanf(line, "value %s %s", &id, &value); n == 2 {
				s.values[s.tunable(t, id).ID] = value
			}
		}
		all = append(all, s)
	}
	return all
}

func (s scene) tunable(t *testing.T, id string) space.Tunable {
	t.Helper()
	var ids []string
	for _, x := range s.program.Tunables {
		if x.ID == id {
			return x
		}
		ids = append(ids, x.ID)
	}
	t.Fatalf("%s: no tunable %s, but\n%s", s.name, id, strings.Join(ids, "\n"))
	return space.Tunable{}
}

// TestMoves compares what the moves of each scene make of it with its diff.
func TestMoves(t *testing.T) {
	for _, s := range scenes(t) {
		t.Run(s.name, func(t *testing.T) {
			r, err := Make(s.program, s.files, s.values, counter())
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for _, name := range slices.Sorted(maps.Keys(r.Files)) {
				before, err := fs.ReadFile(s.files, name)
				if err != nil {
					t.Fatal(err)
				}
				if s.crlf && bytes.Count(r.Files[name], []byte("\n")) != bytes.Count(r.Files[name], []byte("\r\n")) {
					t.Errorf("%s has line ends of two kinds", name)
				}
				got.Write(bytes.ReplaceAll(diff.Diff("a/"+name, before, "b/"+name, r.Files[name]), []byte("\r\n"), []byte("\n")))
			}
			var want []byte
			a := &txtar.Archive{Comment: s.archive.Comment}
			for _, f := range s.archive.Files {
				f.Data = bytes.ReplaceAll(f.Data, []byte("\r\n"), []byte("\n"))
				if f.Name == "want.diff" {
					want = f.Data
					continue
				}
				a.Files = append(a.Files, f)
			}
			if *update {
				want = got.Bytes()
				a.Files = append(a.Files, txtar.File{Name: "want.diff", Data: want})
				if err := os.WriteFile("testdata/moves/"+s.name+".txtar", txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(want), got.String()); d != "" {
				t.Errorf("-want +got, accept with -update:\n%s", d)
			}
			if len(r.Changes) != len(s.values) {
				t.Errorf("%d changes of %d values", len(r.Changes), len(s.values))
			}
		})
	}
}

// structural are the tunables that change more than one value.
func structural(p *inspect.Program) (found []space.Tunable) {
	for _, x := range p.Tunables {
		if x.Move != nil || len(x.Also) > 0 {
			found = append(found, x)
		}
	}
	return found
}

// trials are a scene as it is, with each choice of each move, with all first
// choices and with all last ones.
func (s scene) trials(t *testing.T) (names []string, all []script) {
	t.Helper()
	add := func(values map[string]string) {
		r, err := Make(s.program, s.files, values, counter())
		if err != nil {
			t.Errorf("%s %v: %v", s.name, values, err)
			return
		}
		files := map[string]string{}
		for _, f := range s.archive.Files {
			if f.Name != "want.diff" {
				files[f.Name] = string(f.Data)
			}
		}
		for name, text := range r.Files {
			files[name] = string(text)
		}
		names, all = append(names, fmt.Sprint(s.name, " ", values)), append(all, script{"train.py", files})
	}
	add(nil)
	first, last := map[string]string{}, map[string]string{}
	for _, x := range structural(s.program) {
		e := ends(x)
		for _, value := range e {
			if value != x.Value {
				add(map[string]string{x.ID: value})
			}
		}
		first[x.ID], last[x.ID] = e[min(1, len(e)-1)], e[len(e)-1]
	}
	add(first)
	add(last)
	return names, all
}

// TestMovesTrain runs every scene with every move, and with all of them.
func TestMovesTrain(t *testing.T) {
	for _, framework := range []string{"keras", "torch", "sklearn"} {
		t.Run(framework, func(t *testing.T) {
			python := interpreter(t, framework)
			var names []string
			var all []script
			for _, s := range scenes(t) {
				if strings.HasPrefix(s.name, framework) {
					more, programs := s.trials(t)
					names, all = append(names, more...), append(all, programs...)
				}
			}
			t.Logf("%d programs", len(all))
			for i, p := range play(t, python, all, framework == "keras") {
				if p.Error != "" || !strings.Contains(p.Said, "accuracy") {
					t.Errorf("%s: it said %q last\n%s\n%v", names[i], p.Said, p.Error, all[i].Files)
				}
			}
		})
	}
}
