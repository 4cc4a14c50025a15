package supervise

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// trimmed marks the directory of a run that holds only what is worth keeping.
const trimmed = "trimmed"

// prune frees the disk of runs that are done. Of each, logs, events and the
// best trial's model stay; of those older than mlhook.keep, only the report.
// The journal, the git note and the ref with the tweak stay for ever.
func (s *Supervisor) prune(ctx context.Context, w *watched) error {
	dir := filepath.Join(s.State.RepoDir(w.Repository), "runs")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			numbers = append(numbers, n)
		}
	}
	slices.SortFunc(numbers, func(a, b int) int { return cmp.Compare(b, a) })
	for i, n := range numbers {
		old := i >= s.policy(ctx, w).Keep
		if err := s.pruneRun(ctx, w, n, old); err != nil {
			return err
		}
	}
	return nil
}

func (s *Supervisor) pruneRun(ctx context.Context, w *watched, number int, old bool) error {
	dir := s.State.RunDir(w.Repository, number)
	_, err := os.Stat(filepath.Join(dir, trimmed))
	done := err == nil
	if old {
		_, err = os.Stat(filepath.Join(dir, "trials"))
		done = errors.Is(err, os.ErrNotExist)
	}
	if done {
		return nil
	}
	d, err := w.journal.Detail(ctx, number)
	if errors.Is(err, store.ErrNoRun) {
		return nil // of a journal that was lost; not ours to judge
	}
	if err != nil || d.State != run.Done {
		return err
	}
	if s.working(w, d.Run) {
		w.pruned = false // it still says goodbye; the next sweep looks again
		return nil
	}
	kept, err := s.keepPromise(ctx, w, dir)
	if err = errors.Join(unanswered(ctx, w, d.Run), err); err != nil || !kept {
		return err
	}
	if old {
		return errors.Join(os.RemoveAll(filepath.Join(dir, "sessions")), os.RemoveAll(filepath.Join(dir, "commit")),
			os.RemoveAll(filepath.Join(dir, "trials")))
	}
	if err := trim(dir, d); err != nil {
		return err
	}
	return store.WriteFile(filepath.Join(dir, trimmed), nil)
}

// unanswered ends the push of a run that is done and whose runner is gone: it
// was killed while it gave the push a last moment.
func unanswered(ctx context.Context, w *watched, r run.Run) error {
	if r.Push != run.PushWaiting {
		return nil
	}
	_, err := w.journal.Change(ctx, r.Number, func(r *run.Run) {
		if r.Push != run.PushWaiting {
			return // it was answered at the last moment
		}
		r.Push = run.PushOff
		r.PushReason = strings.TrimPrefix(r.PushReason+"; ", "; ") + "the run's process died before an answer came; `git push` makes sure of it"
	})
	return err
}

// trim removes checkpoints, sessions, trees and all models but the best. What
// trials wrote may hold links that lead elsewhere, and these are not followed.
func trim(dir string, d run.Detail) error {
	keep := ""
	if d.Best != nil && *d.Best < len(d.Trials) {
		if best := d.Trials[*d.Best]; len(best.Attempts) > 0 {
			keep = path.Join(strconv.Itoa(*d.Best), strconv.Itoa(best.Last().N))
		}
	}
	err := errors.Join(os.RemoveAll(filepath.Join(dir, "sessions")), os.RemoveAll(filepath.Join(dir, "commit")))
	root, openErr := os.OpenRoot(filepath.Join(dir, "trials"))
	if errors.Is(openErr, fs.ErrNotExist) {
		return err
	}
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	defer root.Close()
	trials, readErr := numbered(root, ".")
	err = errors.Join(err, readErr)
	for _, trial := range trials {
		attempts, readErr := numbered(root, trial)
		err = errors.Join(err, readErr)
		for _, attempt := range attempts {
			entries, readErr := fs.ReadDir(root.FS(), attempt)
			err = errors.Join(err, readErr)
			for _, e := range entries {
				words := e.Name() == "log" || e.Name() == "events.jsonl"
				if !words && (attempt != keep || e.Name() == "tree") {
					err = errors.Join(err, root.RemoveAll(path.Join(attempt, e.Name())))
				}
			}
		}
	}
	return err
}

// numbered returns the directories below another that have numbers for names,
// and removes all else: checkpoints, good or void, and what is none of ours.
func numbered(root *os.Root, dir string) (names []string, err error) {
	entries, err := fs.ReadDir(root.FS(), dir)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if _, number := strconv.Atoi(e.Name()); number == nil && e.IsDir() {
			names = append(names, name)
		} else {
			err = errors.Join(err, root.RemoveAll(name))
		}
	}
	return names, err
}
