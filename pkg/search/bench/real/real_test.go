package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// missing skips, or fails where MLHOOK_TEST_REQUIRE wants everything.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// python is one with the modules; the variable says where else to look.
func python(t *testing.T, variable string, modules ...string) string {
	t.Helper()
	name := os.Getenv(variable)
	if name == "" {
		name = "python3"
	}
	for _, m := range modules {
		if exec.Command(name, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('"+m+"') is None)").Run() != nil {
			missing(t, name+" has no "+m+"; "+variable+" names a Python that has")
		}
	}
	return name
}

// The tasks are what the benchmark needs: two of each kind, one in each half, and
// knobs that fit their scripts.
func TestTasks(t *testing.T) {
	tasks, err := loadTasks(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tasks) < 24 {
		t.Errorf("%d tasks", len(tasks))
	}
	halves := map[string]int{}
	for _, task := range tasks {
		kind := task.Framework + " " + task.Model
		halves[kind+" "+task.Half]++
		if task.Half != "tuned" && task.Half != "unseen" || !(task.Target > 0 && task.Target < 1) || len(task.Defects) == 0 || len(task.Mended) == 0 {
			t.Errorf("%s: %+v", task.Name, task)
		}
		if _, err := task.put(task.Mended); err != nil {
			t.Error(err)
		}
		for _, k := range task.expert {
			value := "1"
			if len(k.Choices) > 0 {
				value = k.Choices[0]
			} else if !(k.Low < k.High) || k.Log && k.Low <= 0 {
				t.Errorf("%s: the range of %s", task.Name, k.Name)
			}
			if _, err := task.put(map[string]string{k.Name: value}); err != nil {
				t.Error(err)
			}
		}
		if halves[kind+" tuned"] > 1 || halves[kind+" unseen"] > 1 {
			t.Errorf("%s: there is another %s in this half", task.Name, kind)
		}
	}
	if len(halves) != len(tasks) || len(tasks)%2 != 0 {
		t.Errorf("the halves differ: %v", halves)
	}
}

// A task misses its target as written, and reaches it mended. MLHOOK_TEST_TASKS=.
// tries all of them, which takes minutes; a word tries those that it is in.
func TestVerify(t *testing.T) {
	words := []string{"sklearn-svc-digits", "sklearn-boosting-customers"}
	if all := os.Getenv("MLHOOK_TEST_TASKS"); all == "." {
		words = nil
	} else if all != "" {
		words = strings.Split(all, ",")
	}
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "sklearn"), seeds: 1}
	tasks, err := loadTasks(words)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(t.Context(), o, tasks); err != nil {
		t.Error(err)
	}
}

// One task is raced by the product, and by peers in the expert's space, each row
// is written once, and a race that has its row is not run again.
func TestRace(t *testing.T) {
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "sklearn"), peers: "python3", methods: []string{"random"}, spaces: []string{"expert"},
		rows: filepath.Join(t.TempDir(), "rows.jsonl"), seeds: 1, seconds: 90}
	if peers := os.Getenv("MLHOOK_TEST_PEER"); exec.Command(peers, "-c", "import optuna").Run() == nil {
		o.peers, o.methods = peers, append(o.methods, "tpe")
	}
	product := o
	product.methods, product.spaces = []string{"mlhook"}, []string{"same"}
	tasks, err := loadTasks([]string{"sklearn-svc-digits"})
	if err != nil {
		t.Fatal(err)
	}
	race := func() (text []byte) {
		t.Helper()
		err := errors.Join(raceAll(t.Context(), product, tasks), raceAll(t.Context(), o, tasks))
		text, readErr := os.ReadFile(o.rows)
		if err := errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		return text
	}
	first := race()
	rows, err := readRows(o.rows)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(product.cells(tasks)) + len(o.cells(tasks)); len(rows) != want || want < 2 {
		t.Fatalf("%d rows, want %d", len(rows), want)
	}
	for _, r := range rows {
		if !r.Reached || r.Best < tasks[0].Target || r.Trials < 1 || r.Seconds <= 0 {
			t.Errorf("%+v", r)
		}
		if r.Method == "mlhook" && (r.Verdict != "reached" || r.Trials < 2 || r.Confirmed < r.Seconds) {
			t.Errorf("%+v", r)
		}
	}
	if err := os.WriteFile(o.rows, append(first, `{"task":"sk`...), 0o644); err != nil {
		t.Fatal(err)
	}
	if again := race(); !bytes.Equal(first, again) {
		t.Errorf("the rows were raced again or the torn one stayed:\n%s", again)
	}
}

// The table counts failures at the budget and compares what both have raced.
func TestTable(t *testing.T) {
	var rows []row
	for _, name := range []string{"a", "b"} {
		for seed := 1; seed <= 2; seed++ {
			r := row{Task: name, Half: map[string]string{"a": "tuned", "b": "unseen"}[name], Space: "same", Method: "mlhook", Seed: seed, Reached: true, Seconds: 2, Trials: 2,
				Verdict: "reached", Confirmed: 3}
			other := r
			other.Method, other.Seconds, other.Trials = "random", 8, 20
			rows = append(rows, r, other)
		}
	}
	rows[1].Reached, rows[1].Seconds = false, 60
	rows = append(rows, row{Task: "b", Half: "unseen", Space: "same", Method: "genre", Skipped: "no", Seconds: 60})
	var out bytes.Buffer
	table(&out, rows)
	text := out.String()
	for _, want := range []string{"the same space for all, tuned: 1 tasks", "the same space for all, both halves: 2 tasks", "75 %", "x11.66", "of 4 first hits 4 ended as reached"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "genre") || strings.Contains(text, "expert") {
		t.Errorf("what does not apply is in the table:\n%s", text)
	}
}
