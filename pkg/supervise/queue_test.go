package supervise

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// remake deletes a repository and makes another one in its place.
func (s *scene) remake(r store.Repository) {
	s.t.Helper()
	if err := os.RemoveAll(r.Common); err != nil {
		s.t.Fatal(err)
	}
	if err := store.MakeQueue(r.Dir()); err != nil {
		s.t.Fatal(err)
	}
}

// What the new repository orders is not written into the old one's journal.
func TestRepositoryIsMadeAnew(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.change(r, 1, training)
	s.remake(r)
	s.hook(r, "2", "main")
	s.look()
	if got := s.run(r, 1); got.Commit != commit("2") {
		t.Errorf("%+v", got)
	}
	s.expect("a/1", "a/1")
}

func TestRepositoryThatIsMadeAnewIsWatched(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.watch()
	if s.watcher == nil {
		t.Skip("no file events here")
	}
	defer s.watcher.Close()
	s.look()
	s.remake(r)
	s.look()
	s.settle()
	s.hook(r, "1", "main")
	s.expectEvent("an order came")
}

// A repository that was there once is installed again: the first commit does not
// wait for the next poll.
func TestRepositoryThatIsRegisteredIsSeen(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.watch()
	if s.watcher == nil {
		t.Skip("no file events here")
	}
	defer s.watcher.Close()
	if err := s.State.Forget(r); err != nil {
		t.Fatal(err)
	}
	s.look()
	s.settle()
	if err := s.State.Register(r); err != nil {
		t.Fatal(err)
	}
	s.expectEvent("a repository was registered")
	s.look()
	if s.repos[r.ID] == nil {
		t.Error("the event came before the repository")
	}
}

// settle lets the events of what was done before go by.
func (s *scene) settle() {
	time.Sleep(100 * time.Millisecond)
	select {
	case <-s.wake:
	default:
	}
}

func (s *scene) expectEvent(what string) {
	s.t.Helper()
	select {
	case <-s.wake:
	case <-time.After(time.Minute):
		s.t.Error(what + " without an event")
	}
}

// A repository that cannot be read does not hold up the others, and does not end
// the supervisor.
func TestUnreadableRepository(t *testing.T) {
	s := newScene(t)
	a, b := s.repo("a"), s.repo("b")
	spoil := func(r store.Repository, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.State.RepoDir(r), "repo.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	spoil(a, "{")
	s.hook(b, "1", "main")
	if err := s.sweep(t.Context()); err == nil || !strings.Contains(err.Error(), s.State.RepoDir(a)) {
		t.Error(err)
	}
	s.expect("b/1")
	spoil(b, "")
	s.Supervisor = s.successor()
	s.Poll = 10 * time.Millisecond
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	for !Held(Lock(s.State)) {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatal("ended with repositories that it could not read:", err)
	case <-time.After(200 * time.Millisecond):
	}
	for _, r := range []store.Repository{a, b} {
		if err := s.State.Forget(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Commits on detached HEADs follow each other within a working tree only.
func TestDetachedHeads(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main") // has the repository
	s.look()
	linked := r
	linked.Top = t.TempDir()
	s.hook(r, "2", "")
	s.hook(linked, "3", "")
	s.hook(linked, "4", "")
	s.look()
	s.expectRun(r, 2, run.Queued, "", "it waits until run 1")
	s.expectRun(r, 3, run.Done, run.Superseded, "commit 4444444444 came before training began")
	s.expectRun(r, 4, run.Queued, "", "it waits until run 1")
}

// What a run has to reach is known before it begins.
func TestTargetOfAnOrder(t *testing.T) {
	s := newScene(t)
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	if got := s.run(r, 1); got.State != run.Queued || got.Target != s.settings.Target {
		t.Errorf("%s, target %v", got.State, got.Target)
	}
}

// What engines keep is looked through when no run is left that may need it.
func TestTidiesWhenNothingIsLeftToDo(t *testing.T) {
	s := newScene(t)
	tidied := 0
	s.Tidy = func(context.Context) { tidied++ }
	r := s.repo("a")
	s.hook(r, "1", "main")
	s.look()
	s.relax(t.Context())
	if tidied != 0 {
		t.Error("tidied beside a run")
	}
	s.change(r, 1, training)
	s.change(r, 1, reached)
	s.dies(r, 1, "")
	for range 2 {
		s.look()
		s.relax(t.Context())
	}
	if tidied != 1 {
		t.Errorf("tidied %d times", tidied)
	}
}
