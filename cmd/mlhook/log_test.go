package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/store"
)

// watch ends with the verdict, once, whoever gave it: of a run whose runner keeps
// failing that is the supervisor.
func TestWatchTellsTheVerdict(t *testing.T) {
	for name, last := range map[string]string{
		"by its runner":       "12:00:01 done     failed: no such image\n",
		"by the supervisor":   "12:00:01 image    pulling x\n",
		"without any runner":  "",
		"before it was begun": "12:00:01 done     reached: an older run at this path\n",
	} {
		t.Run(name, func(t *testing.T) {
			j, err := store.Open(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			p := &project{state: store.State(t.TempDir()), repo: store.Repository{Common: t.TempDir()}, journal: j}
			r, _, err := j.Add(t.Context(), store.Order{Commit: strings.Repeat("a", 40)})
			if err != nil {
				t.Fatal(err)
			}
			dir := p.state.RunDir(p.repo, r.Number)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, runnerLog), []byte(last), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := j.Change(t.Context(), r.Number, func(r *run.Run) {
				now := time.Now()
				if name != "before it was begun" {
					r.Started = &now
				}
				r.State, r.Verdict, r.Reason, r.Ended = run.Done, run.Failed, "no such image", &now
			}); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if r, err = watch(t.Context(), p, r.Number, &out); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(out.String(), "failed: no such image"); n != 1 || strings.Contains(out.String(), "older") {
				t.Errorf("%d verdicts in %q", n, out.String())
			}
		})
	}
}
