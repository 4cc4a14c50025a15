package supervise

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

func TestPrune(t *testing.T) {
	s := newScene(t)
	s.settings.Keep = 1
	r := s.repo("a")
	best := 1
	for number := 1; number <= 3; number++ { // the last one still trains
		j := s.journal(r)
		if _, _, err := j.Add(t.Context(), store.Order{Commit: commit("1")}); err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			if err := j.PutTrial(t.Context(), number, run.Trial{N: n, Attempts: []run.Attempt{{N: 1}, {N: 2}}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"report.md", "commit/train.py", "sessions/1/requests/x", "trials/0/1/log", "trials/0/2/log", "trials/0/2/model/m",
			"trials/0/checkpoints/0-1-1/m", "trials/0/checkpoints.void/0-1-1/m", "trials/1/1/model/m", "trials/1/2/events.jsonl", "trials/1/2/model/m", "trials/1/2/tree/train.py"} {
			file := filepath.Join(s.State.RunDir(r, number), name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if number < 3 {
			s.change(r, number, func(r *run.Run) { reached(r); r.Best = &best })
		}
	}
	s.settings.Keep = 2
	files := func(number int) string {
		var all []string
		dir := s.State.RunDir(r, number)
		filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				all = append(all, filepath.ToSlash(strings.TrimPrefix(name, dir)))
			}
			return nil
		})
		return strings.Join(all, " ")
	}
	untouched := files(3)
	for range 2 { // the second time there is nothing to do
		s.Supervisor = s.successor()
		s.look()
		if diff := cmp.Diff("/report.md", files(1)); diff != "" {
			t.Error("beyond mlhook.keep:", diff)
		}
		const want = "/report.md /trials/0/1/log /trials/0/2/log /trials/1/2/events.jsonl /trials/1/2/model/m /trimmed"
		if diff := cmp.Diff(want, files(2)); diff != "" {
			t.Error("kept:", diff)
		}
		if diff := cmp.Diff(untouched, files(3)); diff != "" {
			t.Error("training:", diff)
		}
	}
}

// A trial may leave links that lead out of its directory; they are removed, and
// what they lead to is not touched.
func TestPruneFollowsNoLink(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	if _, _, err := s.journal(r).Add(t.Context(), store.Order{Commit: commit("1")}); err != nil {
		t.Fatal(err)
	}
	home, trials := t.TempDir(), filepath.Join(s.State.RunDir(r, 1), "trials")
	for _, name := range []string{"documents/letter", "1/tree/letter"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(trials, "0"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x", "7", "0/1", "0/y"} {
		if err := os.Symlink(home, filepath.Join(trials, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.change(r, 1, reached)
	s.Supervisor = s.successor()
	s.look()
	for _, name := range []string{"documents/letter", "1/tree/letter"} {
		if _, err := os.Stat(filepath.Join(home, name)); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(trials, "*", "*")); left != nil {
		t.Errorf("left: %v", left)
	}
}

// A runner that was killed while it gave the push a last moment leaves it open.
func TestPushOfADeadRunner(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	s.change(r, 1, func(r *run.Run) { reached(r); r.PushReason = "origin cannot be reached (timeout)" })
	s.look()
	if got := s.run(r, 1); got.Push != run.PushWaiting {
		t.Errorf("its runner lives: %s %s", got.Push, got.PushReason)
	}
	s.dies(r, 1, "")
	s.look()
	const want = "origin cannot be reached (timeout); the run's process died before an answer came; `git push` makes sure of it"
	if got := s.run(r, 1); got.Push != run.PushOff || got.PushReason != want {
		t.Errorf("%s %s", got.Push, got.PushReason)
	}
}

// A runner that was killed between its verdict and the telling leaves the message,
// which is told once then, and not while it may still tell by itself.
func TestMessageOfADeadRunner(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	if err := store.Promise(s.State.RunDir(r, 1), store.Message{Title: "a: reached", Body: "trial 1"}); err != nil {
		t.Fatal(err)
	}
	s.change(r, 1, reached)
	s.look()
	if len(s.told) != 0 {
		t.Errorf("its runner lives, and %v was told", s.told)
	}
	s.dies(r, 1, "")
	s.look()
	s.Supervisor = s.successor()
	s.look()
	if !slices.Equal(s.told, []string{"a: reached"}) {
		t.Errorf("told: %v", s.told)
	}
}

// A mail that no server takes is sent again when that is due, also by the next
// supervisor, until one does.
func TestMailIsSentAgain(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	dir := s.State.RunDir(r, 1)
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	if err := store.Promise(dir, store.Message{Title: "a: reached"}); err != nil {
		t.Fatal(err)
	}
	s.change(r, 1, reached)
	s.dies(r, 1, "")
	s.mute = true
	s.look()
	s.look()
	m, ok := store.Promised(dir)
	if len(s.told) != 1 || !ok || m.Failed != 1 || m.Wait() <= 0 || s.next > m.Wait()+time.Second {
		t.Errorf("told: %v, promised: %+v %t, looked at again in %v", s.told, m, ok, s.next)
	}
	m.Due = time.Now()
	if err := store.Promise(dir, m); err != nil {
		t.Fatal(err)
	}
	s.mute = false
	s.Supervisor = s.successor()
	s.look()
	if _, ok := store.Promised(dir); len(s.told) != 2 || ok {
		t.Errorf("told: %v, promised still: %t", s.told, ok)
	}
}
