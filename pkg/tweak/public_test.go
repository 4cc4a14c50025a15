package tweak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/notebook"
	"github.com/mlhook/mlhook/pkg/project"
)

// crowded is the number of scripts in a directory from which on they are taken
// for a collection and not for one program.
const crowded = 20

// TestPublic measures on training scripts that others wrote, below the directory
// MLHOOK_TEST_PUBLIC: how many are read and can be tuned, and whether every edit
// at both ends of its domain keeps the rule of this package and compiles. What
// was found out about each script goes to the file MLHOOK_TEST_PUBLIC_TABLE.
func TestPublic(t *testing.T) {
	root := os.Getenv("MLHOOK_TEST_PUBLIC")
	if root == "" {
		t.Skip("name a directory of training scripts in MLHOOK_TEST_PUBLIC to measure on them")
	}
	sources := training(t, root)
	var table bytes.Buffer
	unread, tunable, edits, refused := 0, 0, 0, 0
	edited := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		files := program(t, name, sources[name])
		p, err := inspect.Inspect(inspect.Source{FS: files, Classify: func(string) (string, error) { return "missing", nil }},
			inspect.Hints{Entry: filepath.Base(name)})
		if err != nil {
			t.Fatal(err)
		}
		if p.Problem != nil {
			unread++
			fmt.Fprintf(&table, "%s\tproblem\t%s\n", name, *p.Problem)
			continue
		}
		fmt.Fprintf(&table, "%s\t%s\t%s\t%s/%s\t%d\n", name, p.Family, p.Model, p.Metric.Source, p.Metric.Split, len(p.Tunables))
		if len(p.Tunables) > 0 {
			tunable++
		}
		for _, x := range p.Tunables {
			for _, value := range ends(x) {
				edits++
				r, err := Make(p, files, map[string]string{x.ID: value}, counter())
				if err != nil {
					refused++
					fmt.Fprintf(&table, "%s\trefused\t%s=%s\t%v\n", name, x.ID, value, err)
				}
				for file, text := range r.Files {
					edited[fmt.Sprintf("%s %s %s=%s", name, file, x.ID, value)] = code(t, file, text)
				}
			}
		}
	}
	bad := broken(t, "python3", edited)
	table.WriteString(bad)
	if file := os.Getenv("MLHOOK_TEST_PUBLIC_TABLE"); file != "" {
		if err := os.WriteFile(file, table.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d training scripts that Python compiles, %d with a problem said, %d tunable (%.1f %%), %d edits, %d refused, %d files compiled, %d broken",
		len(sources), unread, tunable, 100*float64(tunable)/float64(max(1, len(sources))), edits, refused, len(edited), strings.Count(bad, "\n"))
	if refused > 0 || bad != "" {
		t.Error("an edit that is offered has to be possible")
	}
}

// training reads the scripts below root that train a model, a notebook and the
// script saved from it once.
func training(t *testing.T, root string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".py" && !project.IsNotebook(name) {
			return err
		}
		text, err := os.ReadFile(name)
		if project.IsNotebook(name) {
			if _, err := notebook.Read(text); err != nil {
				return nil // of another language or format
			}
		}
		found[name] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	chosen := lines(piped(t, "python3", codes(t, found), chooses))
	maps.DeleteFunc(found, func(name string, _ []byte) bool {
		base, script := strings.CutSuffix(name, ".py")
		return !slices.Contains(chosen, name) || script && slices.Contains(chosen, base+".ipynb")
	})
	return found
}

// chooses prints the names of the programs that train a model with a framework
// that mlhook tunes, by CPython's ast: a fit of inputs to targets, with keras's
// arguments or in a cross-validation; a step of gradient descent; boosting.
// Scaling, clustering and what stands in comments or strings is no training.
const chooses = `
import ast, base64, json, sys
FRAMEWORKS = {"keras", "tf_keras", "tensorflow", "torch", "pytorch_lightning", "lightning", "transformers", "sklearn", "xgboost", "lightgbm", "catboost"}
KERAS = {"epochs", "nb_epoch", "validation_data", "steps_per_epoch"}
STEPS = {"fit_generator", "train_on_batch", "apply_gradients", "minimize", "backward"}
def trains(call):
    called = call.func
    if isinstance(called, ast.Name):
        return called.id in ("cross_val_score", "cross_val_predict", "cross_validate")
    if not isinstance(called, ast.Attribute):
        return False
    keywords = {k.arg for k in call.keywords}
    if called.attr in ("fit", "partial_fit"):
        return len(call.args) > 1 or "y" in keywords or bool(keywords & KERAS)
    if called.attr in ("train", "cv"):
        return isinstance(called.value, ast.Name) and called.value.id in ("xgb", "lgb", "xgboost", "lightgbm")
    return called.attr in STEPS
for line in sys.stdin:
    given = {k: base64.b64decode(v) for k, v in json.loads(line).items()}
    try:
        compile(given["text"], "script", "exec", dont_inherit=True)
        nodes = list(ast.walk(ast.parse(given["text"])))
    except (SyntaxError, ValueError, RecursionError):
        continue
    roots = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    roots |= {n.module.split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    if roots & FRAMEWORKS and any(trains(n) for n in nodes if isinstance(n, ast.Call)):
        print(given["name"].decode())
`

// lines are the lines of a text.
func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// codes are the files as Python.
func codes(t *testing.T, files map[string][]byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, text := range files {
		all[name] = code(t, name, text)
	}
	return all
}

// program is the script with its neighbours or, in a collection, alone.
func program(t *testing.T, name string, text []byte) fs.FS {
	t.Helper()
	near, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*.py"))
	if err != nil {
		t.Fatal(err)
	}
	if len(near) < crowded {
		return os.DirFS(filepath.Dir(name))
	}
	return fstest.MapFS{filepath.Base(name): &fstest.MapFile{Data: text, Mode: 0o644}}
}

// broken names the texts that a Python refuses, a line each.
func broken(t *testing.T, python string, texts map[string][]byte) string {
	t.Helper()
	return piped(t, python, texts, `
import base64, json, sys
for line in sys.stdin:
    given = {k: base64.b64decode(v) for k, v in json.loads(line).items()}
    try:
        compile(given["text"], "script", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        print(given["name"].decode(), "broken", error, sep="\t")
`)
}

// piped is what a Python program says of texts, which it reads as lines of JSON.
func piped(t *testing.T, python string, texts map[string][]byte, source string) string {
	t.Helper()
	var input bytes.Buffer
	to := json.NewEncoder(&input)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if err := to.Encode(map[string][]byte{"name": []byte(name), "text": append([]byte{}, texts[name]...)}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "-W", "ignore", "-c", source)
	cmd.Stdin = &input
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", python, err, &said)
	}
	return string(out)
}

// TestSample holds entry and family against labels made by hand: the file
// MLHOOK_TEST_SAMPLE has lines of a directory or script, the right entries and
// the right families, separated by tabs; alternatives by "|". The entry ASK
// stands for a program that says that it cannot decide.
func TestSample(t *testing.T) {
	table := os.Getenv("MLHOOK_TEST_SAMPLE")
	if table == "" {
		t.Skip("name a table of labelled projects in MLHOOK_TEST_SAMPLE to measure on them")
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	labels := lines(string(text))
	right := 0
	for _, line := range labels {
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			t.Fatalf("%q has not three fields", line)
		}
		p, err := inspect.Inspect(inspect.Source{FS: whole(t, fields[0]), Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
		if err != nil {
			t.Fatal(err)
		}
		entry := p.Entry
		if p.Problem != nil && strings.Contains(*p.Problem, "say which") {
			entry = "ASK"
		}
		found := slices.Contains(strings.Split(fields[1], "|"), entry)
		if found && (entry == "ASK" || slices.Contains(strings.Split(fields[2], "|"), p.Family)) {
			right++
			continue
		}
		problem := ""
		if p.Problem != nil {
			problem = *p.Problem
		}
		t.Logf("%s: entry %q, family %q, want %s, %s; %s", fields[0], entry, p.Family, fields[1], fields[2], problem)
	}
	t.Logf("%d of %d right (%.1f %%)", right, len(labels), 100*float64(right)/float64(len(labels)))
}

// whole is a labelled project: a directory, or a script alone.
func whole(t *testing.T, name string) fs.FS {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		return os.DirFS(name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{filepath.Base(name): &fstest.MapFile{Data: text, Mode: 0o644}}
}
