package supervise

import (
	"context"
	"os"
	"time"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// watched is a repository that orders may come from.
type watched struct {
	store.Repository
	journal  *store.Journal // nil while nothing is pending
	file     os.FileInfo    // of the journal, as it was opened
	pending  bool           // the journal may hold runs that are not done
	count    int            // of those, when it was looked at last
	pruned   bool           // nothing is left to prune
	settings config.Settings
	read     time.Time // when settings were
}

// open opens the journal, which costs too much to hold for ever. One that is
// held may have been deleted since, with a repository that was made anew.
func (w *watched) open(ctx context.Context) error {
	name := store.JournalFile(w.Dir())
	if w.journal != nil {
		if file, err := os.Stat(name); err == nil && os.SameFile(file, w.file) {
			return nil
		}
		w.close()
	}
	var err error
	if w.journal, err = store.Open(ctx, w.Dir()); err != nil {
		return err
	}
	w.file, err = os.Stat(name)
	return err
}

func (w *watched) close() {
	if w.journal != nil {
		w.journal.Close()
		w.journal = nil
	}
}

// settingsAge is how long settings are believed.
const settingsAge = 5 * time.Second

// policy returns the repository's settings. Broken ones end a run with their
// words; here the last good ones, or the defaults, have to do.
func (s *Supervisor) policy(ctx context.Context, w *watched) config.Settings {
	if time.Since(w.read) < settingsAge {
		return w.settings
	}
	settings, err := s.Settings(ctx, w.Repository)
	switch {
	case err == nil:
		w.settings = settings
	case w.read.IsZero():
		w.settings = config.Defaults()
	}
	w.read = time.Now()
	return w.settings
}

func hasOrders(dir string) bool {
	entries, err := os.ReadDir(store.QueueDir(dir))
	return err == nil && len(entries) > 0
}

// refresh takes in repositories that were registered and drops those that are
// gone, or that cannot be read: its error names them.
func (s *Supervisor) refresh() error {
	repos, unread := s.State.Repositories()
	seen := map[string]bool{}
	for _, r := range repos {
		seen[r.ID] = true
		if err := store.MakeQueue(r.Dir()); err != nil {
			s.Log.Error("open repository", "repository", r.Common, "error", err)
			continue
		}
		s.add(store.QueueDir(r.Dir())) // every time: one that was made anew in its place is watched no more
		if w := s.repos[r.ID]; w != nil {
			w.Repository = r
			continue
		}
		s.repos[r.ID] = &watched{Repository: r, pending: true}
		s.Log.Info("watching", "repository", r.Common)
	}
	for id, w := range s.repos {
		if !seen[id] {
			w.close()
			delete(s.repos, id)
		}
	}
	return unread
}

// visit empties a repository's queue and returns its runs that are not done.
func (s *Supervisor) visit(ctx context.Context, w *watched) ([]run.Run, error) {
	s.worked, w.pending = true, true // until the journal says otherwise, since what woke us goes first
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	if err := s.takeOrders(ctx, w); err != nil {
		return nil, err
	}
	if err := s.supersede(ctx, w); err != nil {
		return nil, err
	}
	runs, err := w.journal.Pending(ctx)
	if err != nil {
		return nil, err
	}
	if len(runs) < w.count || !w.pruned {
		w.pruned = true
		if err := s.prune(ctx, w); err != nil {
			s.Log.Warn("free the disk", "repository", w.Common, "error", err)
		}
	}
	w.count, w.pending = len(runs), len(runs) > 0
	if !w.pending {
		w.close()
	}
	return runs, nil
}

// takeOrders moves the queue into the journal. An order's file goes only when
// the journal has it, so a death between the two repeats a step that is
// harmless.
func (s *Supervisor) takeOrders(ctx context.Context, w *watched) error {
	orders, bad, err := store.Orders(w.Dir())
	if err != nil {
		return err
	}
	for _, text := range bad {
		s.Log.Warn("set aside what is no order", "file", text)
	}
	for _, o := range orders {
		if o.Damage != "" {
			o.Branch = s.Branch(ctx, w.Repository, o.Commit)
			s.Log.Warn("believe a damaged order's name only", "file", o.Path, "why", o.Damage)
		}
		o.Target = s.Target(ctx, w.Repository, o.Commit)
		r, added, err := w.journal.Add(ctx, o.Order)
		if err != nil {
			return err
		}
		if err := o.Drop(); err != nil {
			return err
		}
		s.Log.Info("order", "repository", w.Common, "run", r.Number, "commit", r.Commit, "new", added)
	}
	return nil
}

// finish makes a run done outside the loop.
func (s *Supervisor) finish(ctx context.Context, w *watched, r run.Run, v run.Verdict, c run.Cause, reason string) error {
	_, err := w.journal.Change(ctx, r.Number, func(r *run.Run) {
		r.End(v, c, reason)
		r.EndPush()
	})
	return err
}
