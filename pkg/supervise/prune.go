package supervise

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"

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
	if old {
		return errors.Join(os.RemoveAll(filepath.Join(dir, "sessions")), os.RemoveAll(filepath.Join(dir, "commit")),
			os.RemoveAll(filepath.Join(dir, "trials")))
	}
	if err := trim(dir, d); err != nil {
		return err
	}
	return store.WriteFile(filepath.Join(dir, trimmed), nil)
}

// trim removes checkpoints, sessions, trees and all models but the best.
func trim(dir string, d run.Detail) error {
	keep := ""
	if d.Best != nil && *d.Best < len(d.Trials) {
		if attempts := d.Trials[*d.Best].Attempts; len(attempts) > 0 {
			keep = filepath.Join(dir, "trials", strconv.Itoa(*d.Best), strconv.Itoa(attempts[len(attempts)-1].N))
		}
	}
	err := errors.Join(os.RemoveAll(filepath.Join(dir, "sessions")), os.RemoveAll(filepath.Join(dir, "commit")))
	parts, globErr := filepath.Glob(filepath.Join(dir, "trials", "*", "*"))
	err = errors.Join(err, globErr)
	for _, part := range parts {
		if _, number := strconv.Atoi(filepath.Base(part)); number != nil { // checkpoints, good or void
			err = errors.Join(err, os.RemoveAll(part))
			continue
		}
		entries, readErr := os.ReadDir(part)
		err = errors.Join(err, readErr)
		for _, e := range entries {
			words := e.Name() == "log" || e.Name() == "events.jsonl"
			if !words && (part != keep || e.Name() == "tree") {
				err = errors.Join(err, os.RemoveAll(filepath.Join(part, e.Name())))
			}
		}
	}
	return err
}
