package supervise

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// A scene is a user's machine with repositories and runners that are no
// processes: a test ends them as it likes.
type scene struct {
	*Supervisor
	t        *testing.T
	settings config.Settings
	runners  map[string]chan struct{} // by "<repository>/<number>"
	spawned  []string
	cleaned  []string
	told     []string
	mute     bool            // no mail is taken
	amended  map[string]bool // newer commits that replace the older one
	log      bytes.Buffer
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, settings: config.Defaults(), runners: map[string]chan struct{}{}, amended: map[string]bool{}}
	s.Supervisor = s.successor()
	return s
}

// successor is the supervisor that comes after this one was killed.
func (s *scene) successor() *Supervisor {
	state := store.State("")
	if s.Supervisor == nil {
		state = store.State(s.t.TempDir())
	} else {
		state = s.State
		for _, w := range s.repos {
			w.close()
		}
	}
	next := &Supervisor{
		State: state, Poll: time.Hour, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		Spawn: func(_ context.Context, r store.Repository, v run.Run) (<-chan struct{}, error) {
			name := fmt.Sprintf("%s/%d", filepath.Base(filepath.Dir(r.Common)), v.Number)
			s.spawned = append(s.spawned, name)
			s.runners[name] = make(chan struct{})
			return s.runners[name], nil
		},
		Clean: func(_ context.Context, _ store.Repository, v run.Run) error {
			s.cleaned = append(s.cleaned, v.ID)
			return nil
		},
		Settings:  func(context.Context, store.Repository) (config.Settings, error) { return s.settings, nil },
		Rewritten: func(_ context.Context, _ store.Repository, _, newer string) bool { return s.amended[newer] },
		Branch:    func(context.Context, store.Repository, string) string { return "main" },
		Target:    func(context.Context, store.Repository, string) float64 { return s.settings.Target },
		Tidy:      func(context.Context) {},
		Tell: func(_ context.Context, _ store.Repository, m store.Message) bool {
			s.told = append(s.told, m.Title)
			return s.mute
		},
	}
	next.begin()
	s.t.Cleanup(func() {
		for _, w := range next.repos {
			w.close()
		}
	})
	return next
}

func (s *scene) repo(name string) store.Repository {
	s.t.Helper()
	top := filepath.Join(s.t.TempDir(), name)
	common := filepath.Join(top, ".git")
	if err := os.MkdirAll(common, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := s.State.Register(store.Repository{Common: common, Top: top, Engine: "local"}); err != nil {
		s.t.Fatal(err)
	}
	r, _, err := s.State.Repository(common)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := store.MakeQueue(r.Dir()); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// hook writes the order that the post-commit hook writes.
func (s *scene) hook(r store.Repository, letter, branch string) {
	s.t.Helper()
	half := fmt.Sprintf("v 2\ncommit %s\nbranch %s\ntop %s\nsource commit\nend\n", commit(letter), branch, r.Top)
	text := half + half
	name := filepath.Join(store.QueueDir(r.Dir()), fmt.Sprintf("%s.%d", letter, time.Now().UnixNano()))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) look() {
	s.t.Helper()
	for _, w := range s.repos {
		w.read = time.Time{} // settings are read anew
	}
	if err := s.sweep(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) journal(r store.Repository) *store.Journal {
	s.t.Helper()
	j, err := store.Open(s.t.Context(), r.Dir())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { j.Close() })
	return j
}

func (s *scene) run(r store.Repository, number int) run.Run {
	s.t.Helper()
	got, err := s.journal(r).Run(s.t.Context(), number)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func (s *scene) change(r store.Repository, number int, edit func(*run.Run)) {
	s.t.Helper()
	if _, err := s.journal(r).Change(s.t.Context(), number, edit); err != nil {
		s.t.Fatal(err)
	}
}

func training(r *run.Run) { r.State, r.Stage, r.Reason = run.Training, run.StageTrain, "" }
func reached(r *run.Run)  { r.State, r.Verdict = run.Done, run.Reached }

// dies ends the runner of a run with last words.
func (s *scene) dies(r store.Repository, number int, words string) {
	s.t.Helper()
	f, err := os.OpenFile(WordsFile(s.State.RunDir(r, number)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprint(f, words)
	f.Close()
	close(s.runners[fmt.Sprintf("%s/%d", filepath.Base(r.Top), number)])
}

// due lets a back-off be over.
func (s *scene) due(r store.Repository, number int) {
	s.t.Helper()
	j := s.journal(r)
	rec, err := j.Recovery(s.t.Context(), number)
	if err != nil {
		s.t.Fatal(err)
	}
	rec.NotBefore = time.Time{}
	if err := j.PutRecovery(s.t.Context(), number, rec); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) expect(spawned ...string) {
	s.t.Helper()
	if got := strings.Join(s.spawned, " "); got != strings.Join(spawned, " ") {
		s.t.Errorf("runners started: %s; want %s\n%s", got, strings.Join(spawned, " "), s.log.String())
	}
}

func (s *scene) expectRun(r store.Repository, number int, state run.State, verdict run.Verdict, reason string) {
	s.t.Helper()
	got := s.run(r, number)
	if got.State != state || got.Verdict != verdict || !strings.Contains(got.Reason, reason) {
		s.t.Errorf("run %d is %s %s: %q; want %s %s: %q", number, got.State, got.Verdict, got.Reason, state, verdict, reason)
	}
}

// commit is the hash of a commit.
func commit(letter string) string { return strings.Repeat(letter, 40) }
