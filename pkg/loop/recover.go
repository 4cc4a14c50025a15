package loop

import (
	"context"
	"fmt"
	"strings"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
)

// lost is why an attempt has to be made again, through no end of its own.
type lost struct {
	why    string
	cause  run.Cause
	memory bool // it ran out of memory, so the same again would end the same
}

// Why attempts are followed by others. The first six are nobody's fault and
// count as no failure; what was killed says nothing of why.
const (
	whyInterrupted = "mlhook was interrupted"
	whyPaused      = "paused at " // by the search, which begins so
	whyEngine      = "the engine restarted"
	whyDisk        = "the disk was full"
	whyQuit        = "the agent was told to end" // by a Docker that ends politely, say
	whyCrowded     = "it died beside another trial, of want of memory maybe"
	whyKilled      = "the agent died: it was killed"
	whyProcess     = "its process was killed"
)

// agentGone tells how the agent died; nil while it lives.
func (l *Loop) agentGone(ctx context.Context, s engine.Session) (*lost, error) {
	exit, err := s.Exited(ctx)
	if err != nil || exit == nil {
		return nil, err
	}
	l.forget(s)
	switch {
	case exit.OOM:
		return &lost{why: "the agent died: out of memory", cause: run.CauseResources, memory: true}, nil
	case exit.EngineLost:
		return &lost{why: whyEngine, cause: run.CauseResources}, nil
	case exit.Code == 0:
		return &lost{why: whyQuit, cause: run.CauseResources}, nil
	case exit.Code == 137 || exit.Code < 0:
		return &lost{why: whyKilled, cause: run.CauseMlhook}, nil
	}
	return &lost{why: fmt.Sprintf("the agent died (code %d)", exit.Code), cause: run.CauseMlhook}, nil
}

// fault tells whether an attempt that ended failed through no fault of the
// script: this machine's disk is full, or it was killed.
func (l *Loop) fault(out outcome) *lost {
	switch {
	case says(out.failure, diskSigns) && l.Hold() != "":
		return &lost{why: whyDisk, cause: run.CauseResources}
	case out.void == "" && out.killed():
		return &lost{why: whyProcess, cause: run.CauseResources}
	}
	return nil
}

// tryAgain adds an attempt after a lost one, from its newest checkpoint and not
// at once when the one before gained nothing. In a crash loop it says why there
// is no sense in the attempt.
func (l *Loop) tryAgain(ctx context.Context, t *run.Trial, gone *lost) (stuck string, err error) {
	again(t, gone.why)
	failed := failures(*t)
	if len(failed) > 1 { // a single one needs no proof of progress, and hashing takes its time
		if _, _, err := l.checkpoint(ctx, t); err != nil {
			return "", err
		}
		failed = failures(*t)
	}
	if err := l.Journal.PutTrial(ctx, l.Number, *t); err != nil {
		return "", err
	}
	if why, loop := run.CrashLoop(failed); loop {
		return why, nil
	}
	l.say("train", "trial %d: %s; starting again", t.N, gone.why)
	if gone.why == whyDisk {
		return "", l.hold(ctx)
	}
	wait := run.Backoff(len(run.Stuck(failed)))
	if wait > 0 {
		l.say("train", "trial %d: no newer checkpoint than before, waiting %.0f s", t.N, wait.Seconds())
	}
	return "", sleep(ctx, wait)
}

// failures are the deaths of a trial's agents and processes that count, oldest first.
func failures(t run.Trial) (all []run.Failure) {
	for _, a := range t.Attempts {
		if a.Why == nil || noFailure(*a.Why) {
			continue
		}
		f := run.Failure{Why: *a.Why, Progress: fmt.Sprint(a.FromEpoch)}
		if f.Why == whyKilled || f.Why == whyProcess {
			f.Why = ""
		}
		all = append(all, f)
	}
	return all
}

// noFailure tells whether an attempt followed another that did not fail.
func noFailure(why string) bool {
	return why == whyInterrupted || why == whyEngine || why == whyDisk || why == whyQuit || why == whyCrowded || strings.HasPrefix(why, whyPaused)
}
