package loop

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/pkg/plain"
	"github.com/mlhook/mlhook/pkg/report"
	"github.com/mlhook/mlhook/pkg/run"
	"github.com/mlhook/mlhook/pkg/search"
)

// judge ends the run when trial 0 shows that there is nothing to tune for.
func (l *Loop) judge(trials []run.Trial) error {
	base := trials[0]
	switch {
	case base.Value != nil:
		return l.unseen(base)
	case slices.ContainsFunc(trials, func(t run.Trial) bool { return t.Value != nil }):
		return nil
	case base.Cut:
		by := ", before it had given a value"
		if base.Metric != nil {
			by = ", so what it had measured by then does not count"
		}
		return &ending{verdict: run.Failed, cause: run.CauseResources, reason: base.Error + by + "; raise the limit, or train less"}
	case outOfMemory(base):
		return starved(trials)
	case base.Metric != nil: // training data only
		return &ending{verdict: run.Refused, reason: fmt.Sprintf(
			"the only %s of %s (%.3f, %s) is on the data it trained on, which proves nothing; evaluate on held-out data",
			l.Settings.Metric, l.program.Entry, base.Metric.Value, base.Metric.Source)}
	case base.Error != "":
		return &ending{verdict: run.Failed, cause: run.CauseCode, reason: l.explained(base.Error)}
	}
	if name := l.Settings.Metric; name != "accuracy" {
		return &ending{verdict: run.Refused, reason: fmt.Sprintf(
			"%s ran to its end but no %s was seen; print it (\"Test %s: 0.12\")", l.program.Entry, name, name)}
	}
	reason := l.program.Entry + " ran to its end but no accuracy was seen; "
	if other := l.program.Metric.Name; other != "accuracy" {
		return &ending{verdict: run.Refused, reason: reason + inspect.Instead(other)}
	}
	return &ending{verdict: run.Refused, reason: reason +
		"print one (\"Test accuracy: 0.91\") or call evaluate, score or accuracy_score, or name another measure that it prints: `git config mlhook.metric NAME`"}
}

// verdict turns the search's last word into the run's.
func (l *Loop) verdict(trials []run.Trial, last search.Action) error {
	best := l.best(trials)
	if last.Parent != nil {
		best = &trials[*last.Parent] // the one whose mean was confirmed
	}
	if best == nil {
		return &ending{verdict: run.Failed, cause: run.CauseResources, reason: last.Why + ", and no training has given a value by then"}
	}
	result := describe(*best.Metric)
	if c := confirmed(trials, best.N); c != nil && !last.ByModel {
		result = report.Confirmed(*best.Metric, *c)
	}
	if lineage(*best) {
		result += " by its model; its source alone " + alone(trials, *best)
	}
	result = joined(result, flaw(trials, *best))
	target := "target " + number(l.Settings.Target) + unlearned(trials, *best)
	if last.Kind == search.Stop && last.Verdict == string(run.Reached) {
		by := run.BySource
		if last.ByModel {
			by = run.ByModel
		}
		reason := fmt.Sprintf("trial %d: %s, %s", best.N, result, target)
		if !last.ByModel && best.Metric.Samples == 0 && confirmed(trials, best.N) == nil {
			reason += "; that is one training, whether by luck cannot be told"
		}
		if n := search.Refuted(history(trials), l.goal()); n > 0 && confirmed(trials, best.N) != nil {
			reason += fmt.Sprintf("; of others that one seed put there %d did not hold with more", n)
		}
		if last.Why != "" { // the target did not end it
			reason += "; " + last.Why
		}
		if trials[0].State != run.Done {
			reason += "; your own code was still training beside it, and was not measured"
		}
		if best.Error != "" {
			reason += "; behind that it failed: " + best.Error
		}
		return &ending{verdict: run.Reached, by: by, winner: best, reason: reason}
	}
	if best.Error != "" && flaw(trials, *best) == "" { // your own code fails as well
		result += ", behind which it failed: " + best.Error
	}
	return &ending{verdict: run.Exhausted, reason: fmt.Sprintf("%s; best is trial %d: %s, %s; %s",
		last.Why, best.N, result, target, l.advice(last.Why))}
}

// alone says what the source of a model gives that did not come of it alone.
func alone(trials []run.Trial, best run.Trial) string {
	c := search.Confirmation(history(trials), best.N)
	if c.N == 0 {
		return "was not trained"
	}
	return "gives " + number(c.Mean)
}

// unlearned says where an accuracy is no better, as far as the noise of its
// samples tells, than that of a model which has learned nothing.
func unlearned(trials []run.Trial, best run.Trial) string {
	value, m := best.Metric.Value, best.Metric
	if c := confirmed(trials, best.N); c != nil {
		value = c.Mean
	}
	if m.Majority == 0 || value > m.Majority+search.Noise(m.Majority, m.Samples) {
		return ""
	}
	return fmt.Sprintf("; always answering the most frequent class gives %s", number(m.Majority))
}

var setting = regexp.MustCompile(`mlhook\.\w+`)

// advice says what can be done when a search has ended without the target.
func (l *Loop) advice(why string) string {
	var steps []string
	if limit := setting.FindString(why); limit != "" {
		steps = append(steps, "raise "+limit)
	}
	left, denied := map[string]bool{}, map[string]bool{}
	for _, t := range l.program.Tunables {
		switch {
		case l.Settings.Allows(t.Kind):
		case slices.Contains(l.Settings.Deny, t.Kind):
			denied[t.Kind] = true
		default:
			left[t.Kind] = true
		}
	}
	list := func(kinds map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ") }
	if len(left) > 0 {
		steps = append(steps, "name "+list(left)+" in mlhook.allow beside the kinds tried")
	}
	if len(denied) > 0 {
		steps = append(steps, "take "+list(denied)+" out of mlhook.deny")
	}
	if len(steps) == 0 {
		return "what is left to change is the code or the data"
	}
	return "to try more, " + strings.Join(steps, ", or ")
}

// best returns the first trial of the configuration with the best mean over its
// seeds, a cold one where there is one; the earliest wins a tie.
func (l *Loop) best(trials []run.Trial) *run.Trial {
	h := history(trials)
	var best *run.Trial
	top, sound := 0.0, false
	for i, t := range trials {
		c := search.Confirmation(h, t.N)
		ok := flaw(trials, t) == ""
		if t.Value == nil || lineage(t) && c.N > 0 || sound && !ok {
			continue
		}
		value := *t.Value // of a lineage, where nothing was trained cold
		if c.N > 0 {
			value = c.Mean
		}
		if l.goal().Minimise {
			value = -value
		}
		if best == nil || value > top || ok && !sound {
			best, top, sound = &trials[i], value, ok
		}
	}
	return best
}

// flaw says why a trial's value counts for nothing where another's does: it
// breaks a constraint, or it failed behind it, which the user's own code does not.
func flaw(trials []run.Trial, t run.Trial) string {
	if why := t.Broken(); why != "" || trials[0].Error != "" {
		return why
	}
	return t.Error
}

// confirmed sums up the seeds of a trial's configuration; nil for a single one.
func confirmed(trials []run.Trial, n int) *run.Confirmed {
	c := search.Confirmation(history(trials), n)
	if c.N < 2 {
		return nil
	}
	return &run.Confirmed{Mean: c.Mean, SD: c.SD, N: c.N}
}

func describe(m run.Metric) string {
	text := fmt.Sprintf("%s %s", m.Name, number(m.Value))
	switch {
	case m.Split == run.Unknown:
		text += fmt.Sprintf(" (%s, the script does not say on which data)", m.Source)
	case m.Samples > 0:
		text += fmt.Sprintf(" (%s, %d samples)", m.Split, m.Samples)
	default:
		text += fmt.Sprintf(" (%s, number of samples unknown)", m.Split)
	}
	return text
}

func number(x float64) string { return fmt.Sprintf("%.3f", x) }

// failed says what went wrong with an attempt; empty when nothing did.
func (o outcome) failed(entry string, log func() string) string {
	switch {
	case o.cut != "":
		return fmt.Sprintf("%s was still running: %s", entry, o.cut)
	case o.failure != "":
		return o.failure
	case o.exit.Signal != 0:
		return fmt.Sprintf("%s was killed by signal %d", entry, o.exit.Signal) // 9: see memorySigns
	case o.exit.Code != nil && *o.exit.Code != 0:
		return joined(fmt.Sprintf("%s ended with exit code %d", entry, *o.exit.Code), lastLine(log()))
	}
	return ""
}

// lastLine is the last line of an output that says something, cut to what a
// person reads at a glance.
func lastLine(text string) string {
	const most = 200
	for _, line := range slices.Backward(strings.Split(plain.Text(text), "\n")) {
		line = strings.TrimSpace(line)
		if len([]rune(line)) > most {
			line = string([]rune(line)[:most]) + "..."
		}
		if line != "" {
			return line
		}
	}
	return ""
}
