package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/run"
)

func journal(t *testing.T) (*Journal, string) {
	t.Helper()
	dir := t.TempDir()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j, dir
}

var sha = strings.Repeat("a", 40)

func TestAutomaticRunIsAddedOnce(t *testing.T) {
	j, _ := journal(t)
	first, added, err := j.Add(t.Context(), Order{Commit: sha, Automatic: true})
	if err != nil || !added {
		t.Fatal(added, err)
	}
	again, added, err := j.Add(t.Context(), Order{Commit: sha, Automatic: true})
	if err != nil || added || again.ID != first.ID {
		t.Fatalf("%+v %v %v", again, added, err)
	}
	byHand, added, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil || !added || byHand.Number != 2 || byHand.Trigger != run.ByHand {
		t.Fatalf("%+v %v %v", byHand, added, err)
	}
}

func TestChangeRefusesTheUnlawful(t *testing.T) {
	j, _ := journal(t)
	r, _, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) { r.State = run.Done }); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) { r.State = run.Training }); err == nil {
		t.Fatal("a run that is done went on")
	}
	if got, _ := j.Run(t.Context(), r.Number); got.State != run.Done {
		t.Fatalf("the refused change was written: %s", got.State)
	}
	if _, err := j.Run(t.Context(), 9); !errors.Is(err, ErrNoRun) {
		t.Fatal(err)
	}
}

func TestTrialsAndCounters(t *testing.T) {
	j, dir := journal(t)
	r, _, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := j.PutTrial(t.Context(), r.Number, run.Trial{N: n, Values: map[string]string{"a": "1"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.PutTrial(t.Context(), r.Number, run.Trial{N: 1, State: run.Done}); err != nil {
		t.Fatal(err)
	}
	d, err := j.Detail(t.Context(), r.Number)
	if err != nil || len(d.Trials) != 3 || d.Trials[1].State != run.Done || d.Trials[2].Values["a"] != "1" {
		t.Fatalf("%+v %v", d.Trials, err)
	}
	// Several processes draw from one counter: nothing comes twice.
	other, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var mu sync.Mutex
	var all sync.WaitGroup
	seen := map[int]bool{}
	for _, from := range []*Journal{j, other} {
		all.Go(func() {
			for range 50 {
				n, err := from.Next(context.Background(), "layer")
				mu.Lock()
				if err != nil || seen[n] {
					t.Errorf("%d %v", n, err)
				}
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != 100 {
		t.Fatal(len(seen))
	}
}

func TestOrders(t *testing.T) {
	dir := t.TempDir()
	if err := MakeQueue(dir); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		path := filepath.Join(QueueDir(dir), name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	half := "v 2\ncommit " + sha + "\nbranch a b\nsource commit\nenv.DISPLAY :0\nend\n"
	write("good", half+half)
	torn := write("torn", half)
	named := write(sha+".17", half+strings.Replace(half, "a b", "a c", 1))
	if err := Wake(dir); err != nil {
		t.Fatal(err)
	}
	orders, bad, err := Orders(dir)
	if err != nil || len(bad) != 0 || len(orders) != 1 {
		t.Fatalf("%+v %v %v", orders, bad, err)
	}
	if o := orders[0]; o.Commit != sha || o.Branch != "a b" || !o.Automatic || o.Env["DISPLAY"] != ":0" {
		t.Fatalf("%+v", o)
	}
	if err := orders[0].Drop(); err != nil {
		t.Fatal(err)
	}
	// What stays torn is set aside, not deleted.
	old := time.Now().Add(-2 * tornAfter)
	future := time.Now().Add(1000 * time.Hour)
	for path, at := range map[string]time.Time{torn: old, named: future} {
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if orders, bad, err = Orders(dir); err != nil || len(bad) != 1 || len(orders) != 1 {
		t.Fatalf("%v %v %v", orders, bad, err)
	}
	if o := orders[0]; o.Commit != sha || o.Branch != "" || !o.Automatic || o.Damage == "" {
		t.Fatalf("%+v", o)
	}
	if err := orders[0].Drop(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bad-torn", "bad-" + sha + ".17"} {
		if _, err := os.Stat(filepath.Join(dir, "queue", name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRegister(t *testing.T) {
	s := State(t.TempDir())
	common := t.TempDir()
	if err := s.Register(Repository{Common: common, Engine: "local"}); err != nil {
		t.Fatal(err)
	}
	r, ok, err := s.Repository(common)
	if err != nil || !ok || r.Engine != "local" {
		t.Fatalf("%+v %v %v", r, ok, err)
	}
	if all, err := s.Repositories(); err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	if err := s.Forget(r); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Repositories(); err != nil || len(all) != 0 {
		t.Fatalf("%v %v", all, err)
	}
}

func TestStopIsRemembered(t *testing.T) {
	j, _ := journal(t)
	r, _, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(what string, wantWanted bool, wantReason string) {
		t.Helper()
		if wanted, reason, err := j.StopWanted(t.Context(), r.Number); err != nil || wanted != wantWanted || reason != wantReason {
			t.Errorf("%s: %v %q %v", what, wanted, reason, err)
		}
	}
	expect("nobody", false, "")
	for _, reason := range []string{"commit b", "commit c"} {
		if err := j.WantStop(t.Context(), r.Number, reason); err != nil {
			t.Fatal(err)
		}
		expect("a newer commit", true, "commit b")
	}
	if err := j.WantStop(t.Context(), r.Number, ""); err != nil {
		t.Fatal(err)
	}
	expect("the user", true, "")
	if runs, err := j.Pending(t.Context()); err != nil || !runs[0].Stopping {
		t.Errorf("%+v %v", runs, err)
	}
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) { r.State = run.Done }); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Run(t.Context(), r.Number); err != nil || r.Stopping {
		t.Errorf("it is done and stopping: %+v %v", r, err)
	}
}

func TestRecoveryIsRemembered(t *testing.T) {
	j, dir := journal(t)
	r, _, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := j.Recovery(t.Context(), r.Number); err != nil || !got.Started.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := run.Recovery{Started: at, Boot: "b", Failures: []run.Failure{{At: at, Why: "boom", Progress: "train 2"}}, NotBefore: at}
	if err := j.PutRecovery(t.Context(), r.Number, want); err != nil {
		t.Fatal(err)
	}
	other, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	got, err := other.Recovery(t.Context(), r.Number)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatal(diff, err)
	}
}

// An older mlhook may have left runs: they come along, and it may go on
// writing while the newer one has the journal open.
func TestOlderJournalComesAlong(t *testing.T) {
	dir := t.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "journal.db")+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const doc = `{"schema":1,"id":"1-old","run":1,"commit":"` + "c" + `","state":"training","stage":"train","verdict":null}`
	for _, text := range []string{migrations[0], "PRAGMA user_version = 1",
		`INSERT INTO runs (number, id, commit_sha, automatic, state, doc) VALUES (1, '1-old', 'c', 1, 'training', '` + doc + `')`,
		`INSERT INTO trials (run, n, doc) VALUES (1, 0, '{"n":0,"state":"training"}')`} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	d, err := j.Detail(t.Context(), 1)
	if err != nil || d.State != run.Training || len(d.Trials) != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err := db.Exec("UPDATE runs SET stop = 1 WHERE number = 1"); err != nil {
		t.Fatal(err) // the older one's statement
	}
	if wanted, reason, err := j.StopWanted(t.Context(), 1); err != nil || !wanted || reason != "" {
		t.Fatal(wanted, reason, err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "upgrade mlhook") {
		t.Fatal(err)
	}
}

func TestDigest(t *testing.T) {
	j, _ := journal(t)
	r, _, err := j.Add(t.Context(), Order{Commit: sha})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		if err := j.PutTrial(t.Context(), r.Number, run.Trial{N: n}); err != nil {
			t.Fatal(err)
		}
	}
	best := 3
	if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) { r.Best = &best }); err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int][]int{2: {0, 3, 8, 9}, 8: {0, 2, 3, 4, 5, 6, 7, 8, 9}, 100: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		d, err := j.Digest(t.Context(), r.Number, most)
		var got []int
		for _, trial := range d.Trials {
			got = append(got, trial.N)
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(diff, err)
		}
	}
}

func TestOrderedChangesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := MakeQueue(dir); err != nil {
		t.Fatal(err)
	}
	if err := Wake(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(QueueDir(dir), "junk"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if Ordered(dir) {
		t.Error("of what is no commit's")
	}
	if err := os.WriteFile(filepath.Join(QueueDir(dir), sha+".17"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if !Ordered(dir) {
		t.Error("not seen")
	}
	if entries, err := os.ReadDir(QueueDir(dir)); err != nil || len(entries) != 3 {
		t.Errorf("%v %v", entries, err)
	}
}

// A run's directory is its own: what another run left there is ended and goes,
// but for what the runner has open.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	left := func(name string) bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	put := func(name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var ended []string
	end := func(id string) error { ended = append(ended, id); return nil }
	claim := func(r run.Run) {
		t.Helper()
		if err := Claim(dir, r, []string{"runner.lock"}, end); err != nil {
			t.Fatal(err)
		}
	}
	put("runner.lock")
	put("trials/0")
	now := time.Now()
	claim(run.Run{ID: "1-a", Started: &now})
	if !left("trials/0") {
		t.Error("a run that was begun before directories were marked lost its trials")
	}
	claim(run.Run{ID: "1-a"})
	if !left("trials/0") || ended != nil {
		t.Errorf("a run that claims its directory again lost it; ended: %q", ended)
	}
	claim(run.Run{ID: "1-b"})
	if left("trials") || !left("runner.lock") || !slices.Equal(ended, []string{"1-a"}) {
		t.Errorf("trials: %t, lock: %t, ended: %q; want false, true, 1-a", left("trials"), left("runner.lock"), ended)
	}
}
