package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
		rows: filepath.Join(t.TempDir(), "rows.jsonl"), seeds: 1, seconds: 600}
	if peers := os.Getenv("MLHOOK_TEST_PEER"); exec.Command(peers, "-c", "import optuna").Run() == nil {
		o.peers, o.methods = peers, append(o.methods, "tpe")
	}
	product := o
	product.methods, product.spaces = []string{"mlhook", "worthless"}, []string{"same"}
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
	rows, err := readRows[row](o.rows)
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
		// With two places the first guess may end before the user's own code.
		if ours(r.Method) && (r.Verdict != "reached" || r.Confirmed < r.Seconds) {
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

// The genre's rule grows the network that it saved, and its lines are those of
// the tunables that it sets.
func TestGenre(t *testing.T) {
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "torch"), peers: "python3", methods: []string{"genre"}, spaces: []string{"same"},
		rows: filepath.Join(t.TempDir(), "rows.jsonl"), seeds: 1, seconds: 600}
	tasks, err := loadTasks([]string{"torch-mlp-wine"})
	if err != nil {
		t.Fatal(err)
	}
	if err := raceAll(t.Context(), o, tasks); err != nil {
		t.Fatal(err)
	}
	rows, err := readRows[row](o.rows)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	if r := rows[0]; r.Trials < 2 || r.Warm != r.Trials-1 || r.Lines < 2 {
		t.Errorf("%d trials, %d warm, %d lines", r.Trials, r.Warm, r.Lines)
	}
}

// Worthless recipes are Go still, name the same roles, and have other numbers.
func TestWorthless(t *testing.T) {
	source := `"learning_rate": 1e-3, "epochs": 80}, words{"activation": "relu", "gamma": "'scale'"}`
	text := string(worthless([]byte(source)))
	if text == source || strings.Contains(text, "relu") || strings.Contains(text, "epochs\": 80}") || len(setting.FindAllString(text, -1)) != 2 {
		t.Error(text)
	}
	for _, found := range setting.FindAllStringSubmatch(text, -1) {
		if v, err := strconv.ParseFloat(found[2], 64); err != nil || v < 1e-3/31 || v > 80*31 {
			t.Errorf("%v: %v", found, err)
		}
	}
}

// Lines of a script count once, whatever is set in them.
func TestLines(t *testing.T) {
	tasks, err := loadTasks([]string{"sklearn-svc-digits"})
	if err != nil {
		t.Fatal(err)
	}
	d := domain{tasks[0].experts(), tasks[0].put}
	for _, c := range []struct {
		set  map[string]string
		want int
	}{{nil, 0}, {map[string]string{"C": "2.0"}, 1}, {map[string]string{"C": "2.0", "gamma": "0.1"}, 1}, {map[string]string{"C": "1.0", "absent": "1"}, 0}} {
		if got := d.lines(tasks[0].script, c.set); got != c.want {
			t.Errorf("%v: %d lines, want %d", c.set, got, c.want)
		}
	}
	if from, to := changed([]string{"a", "b", "c"}, []string{"a", "x", "b", "c"}); from != 1 || to != 1 {
		t.Errorf("an inserted line is %d to %d", from, to)
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

// A coin's labels are never reached, and the table says what lies above chance.
func TestCoin(t *testing.T) {
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "sklearn"), tasks: []string{"sklearn"}, rows: filepath.Join(t.TempDir(), "coin.jsonl"), seeds: 1, seconds: 600}
	if err := coin(t.Context(), o, nil); err != nil {
		t.Error(err)
	}
	rows, err := readRows[chase](o.rows)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if r := rows[0]; r.Verdict != "exhausted" || len(r.Values) != coinTrials || r.Best != slices.Max(r.Values) {
		t.Errorf("%+v", r)
	}
	low, mean := rows[0], 0.7
	low.Values, low.Best = []float64{0.4, 0.5}, 0.5
	high := low
	high.Verdict, high.Values, high.Mean = "reached", []float64{0.4, 0.7}, &mean
	var out bytes.Buffer
	if err := coinTable(&out, []chase{low}); err != nil {
		t.Error(err)
	}
	err = coinTable(&out, []chase{low, high})
	if err == nil || !strings.Contains(err.Error(), "1 runs reached the target, and 2 reported") || !strings.Contains(out.String(), "0.622 is three") {
		t.Error(err, out.String())
	}
}

// A winner that the product declares is trained again from its result.
func TestWinners(t *testing.T) {
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "sklearn"), rows: filepath.Join(t.TempDir(), "winners.jsonl"), seeds: 1, seconds: 600}
	tasks, err := loadTasks([]string{"sklearn-svc-digits"})
	if err != nil {
		t.Fatal(err)
	}
	if err := winners(t.Context(), o, tasks); err != nil {
		t.Error(err)
	}
	rows, err := readRows[winner](o.rows)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	r := rows[0]
	if !r.source() || len(r.Again) != reruns || len(r.Faults) > 0 || r.Samples == 0 || r.sum().varies || r.Again[0] != r.Claimed {
		t.Errorf("%+v", r)
	}
}

// A winner holds whose mean is at the target less one standard error: of the
// samples where their number is known, of the mean where not.
func TestWinnersTable(t *testing.T) {
	fixed := winner{Task: "fixed", By: "source", Target: 0.8, Samples: 400, Again: []float64{0.785, 0.785}}
	unsure := winner{Task: "unsure", By: "source", Target: 0.8, Again: []float64{0.7, 0.8}}
	lucky := winner{Task: "lucky", By: "source", Target: 0.8, Samples: 400, Again: []float64{0.77, 0.78}}
	faulty := winner{Task: "faulty", By: "source", Target: 0.8, Samples: 400, Again: []float64{0.9, 0.91}, Faults: []string{"ValueError"}}
	for _, c := range []struct {
		winner
		holds, varies bool
	}{{fixed, true, false}, {unsure, true, true}, {lucky, false, true}, {faulty, false, true}} {
		if s := c.sum(); s.holds != c.holds || s.varies != c.varies {
			t.Errorf("%s: %+v", c.Task, s)
		}
	}
	var out bytes.Buffer
	if err := winnersTable(&out, []winner{fixed, unsure, {Task: "model", By: "model"}, {Task: "none"}}); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"of 4 runs 2 are reached by their source and 1 by their model", "all winners: 2 of 2 (100.0 %)", "differ: 1 of 1", "of 1 all trainings give the same"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if err := winnersTable(&out, []winner{fixed, lucky}); err == nil || !strings.Contains(err.Error(), "1 of 2") {
		t.Error(err)
	}
}

// A network that is made larger starts with its parent's outputs.
func TestGrow(t *testing.T) {
	o := options{python: python(t, "MLHOOK_TEST_PYTHON", "torch", "sklearn"), rows: filepath.Join(t.TempDir(), "grow.jsonl")}
	tasks, err := loadTasks([]string{"torch-mlp-wine", "sklearn-svc"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, all rows are there
		if err := growAll(t.Context(), o, tasks); err != nil {
			t.Error(err)
		}
	}
	rows, err := readRows[growth](o.rows)
	if err != nil {
		t.Fatal(err)
	}
	grown := map[string]int{}
	for _, g := range rows {
		if g.Parent.Accuracy == nil || g.Grown.Accuracy == nil || g.Cold.Accuracy == nil || g.Why == "" {
			t.Errorf("%+v", g)
		}
		if g.Level == "grown" && g.Samples > 0 {
			grown[g.Role]++
		}
	}
	if grown["width"] != len(factors) || grown["layers"] != 1 || len(rows) != 6 {
		t.Errorf("%d rows, grown %v", len(rows), grown)
	}
}

// The table compares grown with cold, and says what was refused and why.
func TestGrowTable(t *testing.T) {
	accuracy := func(v float64, curve ...point) lesson { return lesson{Accuracy: &v, Seconds: 3, Curve: curve} }
	rows := []growth{
		{Task: "a", Move: "m", Level: "grown", Value: 1e-6, Grown: accuracy(0.8, point{1, 0.5}, point{2, 0.8}), Cold: accuracy(0.4, point{1, 0.3}, point{3, 0.4})},
		{Task: "a", Move: "n", Level: "grown", Grown: accuracy(0.2), Cold: accuracy(0.4)},
		{Task: "b", Move: "o", Level: "cold", Why: "no place", Grown: accuracy(0.9), Cold: accuracy(0.1)},
	}
	var out bytes.Buffer
	if err := growTable(&out, rows); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"3 moves: 2 grown, 0 warm, 1 refused", "refused 1: no place", "start: 1.0e-06", "grown 0.500, cold 0.400, geometric ratio 1.000; grown is ahead in 1 of 2",
		"grown 0.800, cold 0.300"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	rows[1].Value = 2e-5
	if err := growTable(&out, rows); err == nil {
		t.Error("a difference above the bound is fine")
	}
}
