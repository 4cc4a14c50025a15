package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestNewerJournalIsRefused(t *testing.T) {
	j, dir := journal(t)
	if _, err := j.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "upgrade mlhook") {
		t.Fatal(err)
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
	write("good", "v 1\ncommit "+sha+"\nbranch a b\nsource commit\nenv.DISPLAY :0\nend\n")
	torn := write("torn", "v 1\ncommit "+sha+"\n")
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
	// What stays torn is set aside, not deleted.
	old := time.Now().Add(-2 * tornAfter)
	if err := os.Chtimes(torn, old, old); err != nil {
		t.Fatal(err)
	}
	if _, bad, err = Orders(dir); err != nil || len(bad) != 1 {
		t.Fatalf("%v %v", bad, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "queue", "bad-torn")); err != nil {
		t.Fatal(err)
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
