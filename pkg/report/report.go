// Package report turns a finished run into text: the git note, the report in
// Markdown and the notification.
package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mlhook/mlhook/pkg/run"
)

// Note is the text of the git note on the commit.
func Note(d run.Detail) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mlhook run %d: %s\n%s\n", d.Number, d.Verdict, d.Reason)
	if m := d.Metric; m != nil {
		fmt.Fprintf(&b, "%s: %.4f (%s, %s)\n", m.Name, m.Value, m.Split, m.Source)
	}
	if d.Result != "" {
		fmt.Fprintf(&b, "tweak: %s (`mlhook diff %d`, `mlhook apply %d`)\n", d.Result, d.Number, d.Number)
	}
	return b.String()
}

// Message is the notification: a title and a short body.
func Message(d run.Detail, repository string) (title, body string) {
	title = fmt.Sprintf("%s: %s", repository, d.Verdict)
	if m := d.Metric; m != nil {
		title += fmt.Sprintf(", %s %s", m.Name, value(m.Name, m.Value))
	}
	body = fmt.Sprintf("Run %d of commit %.10s: %s", d.Number, d.Commit, d.Reason)
	if d.Result != "" {
		body += fmt.Sprintf("\n`mlhook diff %d` shows the tweak.", d.Number)
	}
	return title, body
}

// Markdown is the report of a run.
func Markdown(d run.Detail) string {
	var b strings.Builder
	state, reason := string(d.Verdict), d.Reason
	if d.State != run.Done {
		state, reason = string(d.State), cmp.Or(reason, fmt.Sprintf("not done yet; `mlhook watch %d` shows it", d.Number))
	}
	fmt.Fprintf(&b, "# Run %d: %s\n\n%s\n\n", d.Number, state, reason)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, value)
		}
	}
	row("Commit", d.Commit)
	row("Branch", d.Branch)
	row("Entry", d.Entry)
	row("Engine", d.Engine)
	if d.Image != nil {
		row("Image", d.Image.Family+" "+d.Image.ID)
	}
	row("Push", strings.TrimSuffix(string(d.Push)+": "+d.PushReason, ": "))
	row("Target", fmt.Sprintf("%.3f", d.Target))
	if d.Metric != nil {
		measured(row, d, *d.Metric)
	}
	for _, t := range d.Trials {
		if d.Best == nil || *d.Best != t.N {
			continue
		}
		for _, c := range t.Constraints {
			if c.Metric != nil {
				row("Constraint", fmt.Sprintf("%s: %.4g on %s data (%s)", c.Bound, c.Metric.Value, c.Metric.Split, c.Metric.Source))
			}
		}
	}
	if d.Linked != nil {
		row("Linked", fmt.Sprintf("the result is that of run %d", *d.Linked))
	}
	trials(&b, d)
	return b.String()
}

// measured are the rows on how the result was measured.
func measured(row func(name, value string), d run.Detail, m run.Metric) {
	if d.Confirmed != nil {
		row("Confirmed", Confirmed(m, *d.Confirmed))
	}
	row("Measured", fmt.Sprintf("%s %.4f on %s data (%s)", m.Name, m.Value, m.Split, m.Source))
	if len(d.Trials) > 0 { // a linked run looked at nothing
		samples := "samples, their number unknown,"
		if m.Samples > 0 {
			samples = fmt.Sprintf("%d samples", m.Samples)
		}
		row("Chosen on", fmt.Sprintf("the same %s after %s", samples, Counted(looks(d.Trials), "look")))
	}
	if m.Majority > 0 {
		row("Majority class", fmt.Sprintf("%.4f (what a model scores that has learned nothing)", m.Majority))
	}
}

// looks is how many trainings gave a value on the data that the best is chosen on.
func looks(trials []run.Trial) (n int) {
	for _, t := range trials {
		if t.Value != nil {
			n++
		}
	}
	return n
}

// Counted is a number of things; what names one.
func Counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func trials(b *strings.Builder, d run.Detail) {
	if len(d.Trials) == 0 {
		return
	}
	b.WriteString("\n| trial | value | seconds | attempts | tweak |\n|---|---|---|---|---|\n")
	for _, t := range d.Trials {
		value := "-"
		if t.Value != nil {
			value = fmt.Sprintf("%.4f", *t.Value)
		}
		if d.Best != nil && *d.Best == t.N {
			value = "**" + value + "**"
		}
		var parts []string
		for _, c := range t.Tweak {
			parts = append(parts, fmt.Sprintf("`%s` `%s`", c.Where(), c.Text()))
		}
		text := strings.Join(parts, ", ")
		if t.N == 0 {
			text = "the code as committed"
		}
		if t.Error != "" {
			text += " (" + t.Error + ")"
		}
		fmt.Fprintf(b, "| %d | %s | %.1f | %d | %s |\n", t.N, value, t.Seconds, len(t.Attempts), strings.ReplaceAll(text, "|", "\\|"))
	}
}

// Confirmed says what the trainings of one source gave, in per cent for a share
// of samples: "accuracy 83.1 % +- 1.4 on 450 held-out samples, 3 seeds". Where
// all gave the same there is no spread to tell.
func Confirmed(m run.Metric, c run.Confirmed) string {
	where := map[run.Split]string{run.Test: "held-out", run.Validation: "validation", run.Train: "training"}[m.Split]
	format, unit := "%.4g", 1.0
	spread := " +- %.2g"
	if m.Name == accuracy {
		format, spread, unit = "%.1f %%", " +- %.1f", 100
	}
	text := m.Name + " " + fmt.Sprintf(format, unit*c.Mean)
	if c.SD > 0 {
		text += fmt.Sprintf(spread, unit*c.SD)
	}
	text += " on "
	switch {
	case where == "":
		text += "data that the script does not name"
	case m.Samples > 0:
		text += fmt.Sprintf("%d %s samples", m.Samples, where)
	default:
		text += where + " data"
	}
	if c.SD > 0 {
		return text + fmt.Sprintf(", %d seeds", c.N)
	}
	return text + fmt.Sprintf(", the same with %d seeds (the result does not depend on them)", c.N)
}

const accuracy = "accuracy"

// value writes an accuracy in per cent, anything else in its own unit.
func value(name string, v float64) string {
	if name == accuracy {
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return fmt.Sprintf("%.4g", v)
}
