package loop

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/run"
)

// memorySigns are how Python, the frameworks, CUDA and the kernel, which kills,
// say that memory ran out.
var memorySigns = []string{"MemoryError", "OutOfMemoryError", "out of memory", "ResourceExhaustedError", "OOM when allocating",
	"DefaultCPUAllocator: can't allocate memory", "killed by signal 9"}

// outOfMemory tells whether a trial failed for want of memory.
func outOfMemory(t run.Trial) bool { return says(t.Error, memorySigns) }

// diskSigns are how Python and the libraries say that the disk is full.
var diskSigns = []string{"No space left on device", "Errno 28", "Disk quota exceeded"}

func says(text string, signs []string) bool {
	return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(text, sign) })
}

// smaller is the one trial that follows when the user's own code ran out of
// memory: the same with half the batch, since the same again would end the same.
func (l *Loop) smaller(trials []run.Trial) (run.Trial, bool) {
	if !outOfMemory(trials[0]) {
		return run.Trial{}, false
	}
	base := trials[0]
	values := map[string]string{}
	for _, tunable := range l.program.Tunables {
		if size, err := strconv.Atoi(tunable.Value); tunable.Role == "batch_size" && err == nil && size > 1 && l.Settings.Allows(tunable.Kind) {
			values[tunable.ID] = strconv.Itoa(size / 2)
		}
	}
	tried := func(t run.Trial) bool { return maps.Equal(t.Values, values) } // also where there is nothing to halve
	if slices.ContainsFunc(trials, tried) {
		return run.Trial{}, false
	}
	return run.Trial{N: len(trials), State: run.Training, Start: run.Cold, Parent: &base.N, Seed: base.Seed, Values: values,
		Why: "your own code ran out of memory; half the batch"}, true
}

// starved ends a run that has no memory to train in.
func starved(trials []run.Trial) *ending {
	what := "there is no batch size to make smaller"
	if len(trials) > 1 {
		what = "with half the batch it did so again"
	}
	return &ending{verdict: run.Failed, cause: run.CauseResources, reason: fmt.Sprintf(
		"the training ran out of memory (%s), and %s; free some memory, or train on less at a time", trials[0].Error, what)}
}
