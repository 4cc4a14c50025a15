//go:build unix

package agent_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A longer training that goes on from where a shorter one ended prints what it
// prints when it begins at the start.
func TestExtend(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ framework, dir, name, text, short, long string }{
		{"keras", "resume_keras", "dropout", "epochs=5", "epochs=5", "epochs=9"},
		{"keras", "resume_keras", "batchnorm", "epochs=5", "epochs=5", "epochs=9"},
		{"keras", "resume_keras", "stop", "epochs=40", "epochs=3", "epochs=40"},
		{"xgboost", "resume_boosting", "extend_xgboost", "TREES = 8", "TREES = 8", "TREES = 20"},
		{"lightgbm", "resume_boosting", "extend_lightgbm", "TREES = 8", "TREES = 8", "TREES = 20"},
	} {
		t.Run(test.framework+" "+test.name, func(t *testing.T) {
			needs(t, test.framework, "sklearn")
			s := share(t, test.framework)
			short, long := programOf(t, test.dir, test.name), programOf(t, test.dir, test.name)
			short["train.py"] = strings.Replace(short["train.py"], test.text, test.short, 1)
			long["train.py"] = strings.Replace(long["train.py"], test.text, test.long, 1)
			if long["train.py"] == short["train.py"] {
				t.Fatalf("no %s in the script", test.text)
			}
			_, want := s.attempted(agent.Request{Trial: 0}, long)
			s.attempted(agent.Request{Trial: 1, Share: 1}, short)
			trials := filepath.Join(s.dir, "trials")
			found, err := agent.Verify(s.checkpoints(1), s.newest(1))
			if err != nil {
				t.Fatal(err)
			}
			taken, err := agent.Inherit(trials, s.first+1, s.first+2, found)
			if err != nil || !taken.Inherited() || found.Inherited() || s.newest(2) != taken.Name {
				t.Fatalf("taken over: %v %v", taken, err)
			}
			a, log := s.attempted(agent.Request{Trial: 2, Resume: taken.Name, Wrote: taken.Script}, long)
			if e := a.clean().one(agent.EventResume); e.Level != agent.LevelExact || e.Epoch != found.Epoch {
				t.Errorf("resumed: %+v", e)
			}
			if diff := cmp.Diff(results(want), results(log)); diff != "" || len(results(want)) == 0 {
				t.Errorf("the longer training differs: %s", diff)
			}
			// Only the host vouches for another program's checkpoint.
			if _, err := agent.Inherit(trials, s.first+1, s.first+3, found); err != nil {
				t.Fatal(err)
			}
			b, _ := s.attempted(agent.Request{Trial: 3, Resume: taken.Name}, long)
			if e := b.one(agent.EventResume); e.Level != agent.LevelRestart || !strings.Contains(e.Text, "written by other code") {
				t.Errorf("resumed without a word: %+v", e)
			}
		})
	}
}
