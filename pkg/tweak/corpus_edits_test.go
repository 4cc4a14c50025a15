package tweak

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/notebook"
)

// enough is how long an edited program runs; one that still trains then, without
// an error, is as good as one that has ended: many epochs take their time.
const enough = 20 * time.Second

// An edited program of the corpus.
type edited struct {
	project   *sample
	id, value string
	files     map[string][]byte
}

// edits makes every edit of every tunable, compiles all results and runs them.
func edits(t *testing.T, s *session, projects []*sample) {
	all := map[string][]edited{}
	made, refused := 0, 0
	for _, p := range projects {
		for _, x := range p.program.Tunables {
			for _, value := range ends(x) {
				if value == x.Value || value == "" {
					continue
				}
				r, err := Make(p.program, p.files, map[string]string{x.ID: value}, counter())
				if err != nil {
					refused++
					t.Errorf("%s: %s=%s: %v", p.name, x.ID, value, err)
					continue
				}
				made++
				all[p.name] = append(all[p.name], edited{p, x.ID, value, r.Files})
			}
		}
	}
	if bad := broken(t, s.python, texts(t, all)); bad != "" {
		t.Error(bad)
	}
	runs := pick(all)
	var mu sync.Mutex
	failed, stopped := 0, 0
	t.Run("run", func(t *testing.T) {
		for i, e := range runs {
			t.Run(fmt.Sprintf("%s/%d", e.project.name, i), func(t *testing.T) {
				t.Parallel()
				o, err := s.run(e.project, e.files, enough)
				if err != nil {
					t.Fatal(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if o.stopped {
					stopped++
				}
				if got, was := o.failure(), e.project.baseline.failure(); got != "" && got != was {
					failed++
					t.Errorf("%s: %s=%s: %s", e.project.name, e.id, e.value, got)
				}
			})
		}
	})
	t.Logf("%d edits made, %d refused, %d run, %d of these fail where the program as it is does not, %d still trained after %s",
		made, refused, len(runs), failed, stopped, enough)
}

// pick chooses the edits that run: one of each project, always the same, or all.
func pick(all map[string][]edited) (runs []edited) {
	for name, list := range all {
		if list[0].project.baseline == nil {
			continue
		}
		if os.Getenv("MLHOOK_TEST_CORPUS") == "all" {
			runs = append(runs, list...)
			continue
		}
		h := fnv.New32a()
		fmt.Fprint(h, name)
		runs = append(runs, list[int(h.Sum32()%uint32(len(list)))])
	}
	slices.SortStableFunc(runs, func(a, b edited) int { return cmp.Compare(a.project.name, b.project.name) })
	return runs
}

// texts are the Python sources of the edited programs.
func texts(t *testing.T, all map[string][]edited) map[string][]byte {
	found := map[string][]byte{}
	for name, list := range all {
		for _, e := range list {
			for file, text := range e.files {
				switch filepath.Ext(file) {
				case ".ipynb":
					n, err := notebook.Read(text)
					if err != nil {
						t.Errorf("%s: %s=%s: %v", name, e.id, e.value, err)
						continue
					}
					text = n.Text
				case ".py":
				default:
					continue // a config file; the program reads it
				}
				found[fmt.Sprintf("%s: %s of %s=%s", name, file, e.id, e.value)] = text
			}
		}
	}
	return found
}
