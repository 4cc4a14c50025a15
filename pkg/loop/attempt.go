package loop

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/space"
)

// logLimit caps what a script may print, in bytes.
const logLimit = 64 << 20

// pollEvery is how often the events of an attempt are read; limitEvery is after
// how many such looks its disk is measured.
const (
	pollEvery  = 25 * time.Millisecond
	limitEvery = 1200
)

// An outcome is what an attempt left behind.
type outcome struct {
	metrics   map[string][]observation // by name, of the wanted measures
	predicted bool                     // rows that were not trained on
	curve     []run.Point
	models    []agent.Event
	trained   []agent.Event // of estimators
	failure   string        // what the script raised
	start     run.Start
	began     string // how it starts that is not to start cold
	void      string // why the accuracy is no measurement
	resume    *agent.Event
	exit      *agent.Event
	cut       string   // the limit by which it was stopped
	wanted    []string // the measures, that of the target first
	fits      int      // trainings with a curve
	frozen    bool     // by the search, as soon as a checkpoint is there
	paused    bool     // its attempt was ended for that
}

// execute brings a trial to its end, however many attempts it takes.
func (l *Loop) execute(ctx context.Context, r run.Run, t run.Trial) error {
	for {
		s, err := l.attend(ctx, r, &t)
		if err != nil {
			return err
		}
		out, gone, err := l.follow(ctx, r, s, &t)
		if err != nil {
			return err
		}
		if over, err := l.conclude(ctx, &t, out, gone); over || err != nil {
			return err
		}
	}
}

// attend sees to it that an agent has the trial's last attempt.
func (l *Loop) attend(ctx context.Context, r run.Run, t *run.Trial) (engine.Session, error) {
	s, opened, err := l.openSession(ctx, r)
	if err != nil {
		return nil, err
	}
	if !l.stands(s, *t) {
		l.interrupted(t)
		if err := l.begin(ctx, s, t); err != nil {
			return nil, err
		}
	}
	if opened {
		err = l.greet(ctx, s)
	}
	return s, err
}

// conclude writes down what came of an attempt; the trial is not over where it
// takes another one here.
func (l *Loop) conclude(ctx context.Context, t *run.Trial, out outcome, gone *lost) (over bool, err error) {
	if out.start != "" {
		t.Start = out.start
		t.Decisions = append(t.Decisions, out.began)
	}
	out.resumedBy(t.Last())
	if gone == nil && !out.paused {
		gone = l.fault(out)
	}
	alone, err := l.tooMuch(ctx, *t, gone, out)
	switch {
	case err != nil:
		return false, err
	case alone:
		l.say("train", "trial %d: %s; it is trained again, alone", t.N, whyCrowded)
		again(t, whyCrowded)
		return true, l.Journal.PutTrial(ctx, l.Number, *t)
	case gone == nil && out.paused && (out.exit.Code == nil || *out.exit.Code != 0):
		return true, l.freeze(ctx, *t, out)
	case gone == nil && out.void == "":
		return true, l.settle(ctx, *t, out)
	case gone == nil:
		l.say("train", "trial %d: %s; training it again, cold", t.N, out.void)
		t.Start = run.Cold
		if err := l.voidCheckpoints(*t); err != nil {
			return false, err
		}
		again(t, out.void)
		return false, l.Journal.PutTrial(ctx, l.Number, *t)
	case gone.memory:
		out.failure = gone.why
		return true, l.settle(ctx, *t, out)
	}
	why, err := l.tryAgain(ctx, t, gone)
	switch {
	case err != nil || why == "":
		return false, err
	case out.exit != nil: // of the script's process, not of the agent
		t.Attempts = t.Attempts[:len(t.Attempts)-1]
		return true, l.settle(ctx, *t, out)
	}
	return true, &ending{verdict: run.Failed, cause: gone.cause, reason: fmt.Sprintf(
		"trial %d, or rather its agent, does not come on: %s; see `mlhook log %d`", t.N, why, l.Number)}
}

// again adds an attempt to a trial, and why the one before is not its last.
func again(t *run.Trial, why string) {
	t.Attempts = append(t.Attempts, run.Attempt{N: len(t.Attempts) + 1, Why: &why})
}

// begin journals an attempt, lays out its tree and asks the agent for it.
func (l *Loop) begin(ctx context.Context, s engine.Session, t *run.Trial) error {
	if len(t.Attempts) == 0 {
		t.Attempts = []run.Attempt{{N: 1}}
	}
	files := map[string][]byte{}
	if len(t.Values) > 0 {
		made, err := l.tweak(ctx, t)
		if err != nil {
			return err
		}
		files = made.Files
	}
	checkpoint, wrote, err := l.checkpoint(ctx, t)
	if err != nil {
		return err
	}
	if err := l.Journal.PutTrial(ctx, l.Number, *t); err != nil {
		return err
	}
	attempt := t.Last().N
	if err := l.layOut(s, t.N, attempt, files); err != nil {
		return err
	}
	l.say("train", "trial %d: %s", t.N, title(*t))
	warm, err := l.warm(ctx, *t)
	if err != nil {
		return err
	}
	share := 0.0 // the agent's own
	if t.Until > 0 {
		share = cutShare
	}
	return s.Start(ctx, agent.Request{
		V: agent.Version, Op: agent.OpRun, Trial: t.N, Attempt: attempt, Script: l.script(), Args: l.Settings.Args,
		Path: l.program.ImportPath, Cwd: l.program.Dir, Seed: t.Seed, Threads: 1, LogLimit: logLimit, Grace: 5,
		Warm: warm, Leave: l.grows(), Resume: checkpoint, Wrote: wrote, Share: share,
	})
}

// warm names what a trial that does not start cold starts from: the state that
// its parent's last attempt left.
func (l *Loop) warm(ctx context.Context, t run.Trial) (string, error) {
	if t.Start == run.Cold || t.Parent == nil {
		return "", nil
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return "", err
	}
	return agent.WarmState(*t.Parent, trials[*t.Parent].Last().N), nil
}

// title says in one line what a trial tries.
func title(t run.Trial) string {
	if t.N == 0 {
		return "the code as committed"
	}
	var parts []string
	for _, c := range t.Tweak {
		parts = append(parts, c.Where()+" "+c.Text())
	}
	return joined(t.Why, strings.Join(parts, "; "))
}

// follow reads what an attempt does until it has ended, the agent is lost or
// the time is up.
func (l *Loop) follow(ctx context.Context, r run.Run, s engine.Session, t *run.Trial) (out outcome, gone *lost, err error) {
	attempt := t.Last().N
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var offset int64
	out.curve, out.wanted = kept(*t), l.measures()
	stopped, ask := false, false
	dead := s.Gone()
	for n := 0; ; n++ {
		events, next, err := s.Events(t.N, attempt, offset)
		if err != nil {
			return out, nil, err
		}
		offset = next
		for _, e := range events {
			out.add(l.located(e, t.N, attempt))
			if text := told(e); text != "" {
				l.say("train", "trial %d: %s", t.N, text)
			}
		}
		if out.exit != nil && !out.exit.Quit {
			out.paused = out.paused || out.cut == "" && wasPaused(s, *t, out)
			return out, nil, nil
		}
		if gone != nil { // nothing more was written before it died
			return out, gone, nil
		}
		ask = ask || out.exit != nil // the agent is about to follow
		if err := l.pause(ctx, r, s, t, &out); err != nil {
			return out, nil, err
		}
		if (ask || n%20 == 19) && len(events) == 0 {
			if gone, err = l.agentGone(ctx, s); err != nil {
				return out, nil, err
			}
			if gone != nil {
				continue
			}
		}
		if out.cut == "" && (l.budget.over() || n%limitEvery == limitEvery-1) {
			out.cut = l.limited()
		}
		if out.cut != "" && !stopped {
			stopped = true
			l.say("train", "trial %d: %s", t.N, out.cut)
			if err := s.Stop(ctx, t.N, attempt); err != nil {
				return out, nil, err
			}
		}
		select {
		case <-ctx.Done():
			return out, nil, context.Cause(ctx)
		case <-dead:
			dead, ask = nil, true
		case <-tick.C:
		}
	}
}

// told is what a person is told of how a training begins.
func told(e agent.Event) string {
	switch {
	case e.Type == agent.EventResume && e.Path != "":
		return joined(fmt.Sprintf("goes on behind epoch %d, %s", e.Epoch, e.Level), e.Text)
	case e.Type == agent.EventWarm && e.Level == agent.LevelCold:
		return "starts cold: " + firstLine(e.Text)
	case e.Type == agent.EventWarm && e.Value != nil:
		return fmt.Sprintf("starts %s: %s; on %d rows the outputs differ by %.1g at most", e.Level, firstLine(e.Text), e.Samples, *e.Value)
	}
	return ""
}

// add notes an event. What the agent writes is checked here as hostile input.
func (o *outcome) add(e agent.Event) {
	switch e.Type {
	case agent.EventMetric:
		o.measure(e)
	case agent.EventPredicted:
		o.predicted = true
	case agent.EventCurve:
		again := len(o.curve) > 0 && run.Epochs(o.curve) >= e.Epoch
		if again || o.fits == 0 {
			o.fits++ // the first may go on from the curve that was kept
		}
		if again {
			o.curve = nil // another fit begins, or the same from its start
		}
		o.curve = append(o.curve, run.Point{Epoch: e.Epoch, Values: e.Values})
	case agent.EventWarm:
		if start := run.Start(e.Level); slices.Contains([]run.Start{run.Cold, run.Warm, run.Grown}, start) {
			o.start, o.began = start, told(e)
		}
	case agent.EventVoid:
		o.void = firstLine(e.Text)
	case agent.EventModel:
		o.models = append(o.models, e)
	case agent.EventFit:
		if slices.Contains(space.Estimating, project.Root(e.Model)) && len(o.trained) < 1000 {
			o.trained = append(o.trained, e)
		}
	case agent.EventResume:
		o.resume = &e
	case agent.EventError:
		o.failure = fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Error, firstLine(e.Text))
	case agent.EventExit:
		o.exit = &e
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// settle writes a trial's result down.
func (l *Loop) settle(ctx context.Context, t run.Trial, out outcome) error {
	attempt := t.Last().N
	t.State, t.Curve, t.Fits, t.Until = run.Done, out.curve, out.fits, 0
	if out.exit != nil {
		t.Seconds += out.exit.Seconds
		t.CPU, t.Memory = out.exit.CPU, out.exit.MaxRSS
	}
	log := sync.OnceValue(func() string { return l.logText(t.N, attempt) })
	t.Metric = out.metric(l.Settings.Metric, log)
	t.Constraints = l.checks(out, log)
	if len(t.Curve) == 0 {
		t.Curve = printedCurve(log())
	}
	if t.Metric != nil && t.Metric.Split == run.Test {
		t.Validation = measured(out.metrics[t.Metric.Name], run.Validation)
	}
	t.Idle = out.idle(t.Metric, t.Validation)
	t.Cut = out.cut != ""
	if t.Metric != nil && t.Metric.Split != run.Train && !t.Cut {
		value := t.Metric.Value
		t.Value = &value
	}
	t.Error = out.failed(l.program.Entry, log)
	l.settling.Lock() // the best of all is to be told by the last
	defer l.settling.Unlock()
	if err := l.Journal.PutTrial(ctx, l.Number, t); err != nil {
		return err
	}
	trials, err := l.Journal.Trials(ctx, l.Number)
	if err != nil {
		return err
	}
	top := l.best(trials)
	_, err = l.Journal.Change(ctx, l.Number, func(r *run.Run) {
		r.TrialsDone = len(trials) - len(under(trials))
		if top != nil {
			r.Best, r.Metric = &top.N, top.Metric
		}
	})
	l.dropTree(t.N, attempt)
	switch {
	case t.Metric != nil:
		l.say("train", "trial %d: %s", t.N, joined(fmt.Sprintf("%s in %.1f s", describe(*t.Metric), t.Seconds), cmp.Or(t.Broken(), t.Error)))
	case t.Error != "":
		l.say("train", "trial %d: %s", t.N, t.Error)
	default:
		l.say("train", "trial %d: no %s seen", t.N, l.Settings.Metric)
	}
	return err
}

// killed tells whether something other than the agent killed the attempt: a
// person, or the kernel for want of memory.
func (o outcome) killed() bool { return o.exit != nil && o.exit.Signal == 9 && o.cut == "" }
