package loop

import (
	"io"
	"math"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/metric"
	"github.com/mlhook/mlhook/pkg/run"
)

// Measured is the accuracy that counts of an attempt, from its events and what
// it printed, as a run sees it; nil where there is none.
func Measured(events []agent.Event, printed string) *run.Metric {
	out := outcome{wanted: []string{"accuracy"}}
	for _, e := range events {
		out.add(e)
	}
	return out.metric("accuracy", func() string { return printed })
}

// An observation is a metric with the hash of the rows that it was measured on
// and the class of the model.
type observation struct {
	run.Metric
	rows, model string
}

// measure notes a metric that the run is about.
func (o *outcome) measure(e agent.Event) {
	split := run.Split(e.Split)
	if !slices.Contains([]run.Split{run.Test, run.Validation, run.Train}, split) {
		split = run.Unknown
	}
	for _, name := range o.wanted {
		if e.Value == nil || !metric.Is(e.Name, name) || !plausible(name, *e.Value) {
			continue
		}
		if o.metrics == nil {
			o.metrics = map[string][]observation{}
		}
		m := run.Metric{Name: name, Value: *e.Value, Split: split, Samples: e.Samples, Source: e.Source}
		if name == "accuracy" { // of which the most frequent class is the least
			m.Majority = e.Majority
		}
		o.metrics[name] = append(o.metrics[name], observation{rows: e.Rows, model: e.Model, Metric: m})
	}
}

// metric is what was observed of a measure in the process, else what log has.
// What the script prints of data by its name comes before what was observed on
// less telling data, unless that number was observed too, where the observation
// counts: a fit observes its training, and the test may be computed by hand. So may
// what it prints without a name, where all that was observed is training.
func (o outcome) metric(name string, log func() string) *run.Metric {
	m := measured(o.metrics[name], run.Test, run.Validation, run.Unknown, run.Train)
	if m != nil && m.Split == run.Test {
		return m
	}
	reading, ok := printed(log(), name)
	if !ok || m != nil && (reading.Guess || !outranks(run.Split(reading.Split), m.Split) && !o.byHand(name, reading, m.Split)) {
		return m
	}
	if same := o.observed(name, reading.Value); same != nil {
		return same
	}
	source := "stdout: "
	if reading.Guess {
		source = "stdout, a guess: "
	}
	return &run.Metric{Name: reading.Name, Value: reading.Value, Split: run.Split(reading.Split),
		Samples: reading.Samples, Source: source + strings.TrimSpace(reading.Text)}
}

// outranks tells whether a value on data of the one name says more than one on
// data of the other.
func outranks(a, b run.Split) bool {
	rank := map[run.Split]int{run.Test: 2, run.Validation: 1}
	return rank[a] > rank[b]
}

// byHand tells whether a value that is printed without saying of which data is
// computed on other data than what was observed, the training: other rows were
// predicted, and no value like it was observed.
func (o outcome) byHand(name string, r metric.Reading, seen run.Split) bool {
	return o.predicted && seen == run.Train && run.Split(r.Split) == run.Unknown &&
		!slices.ContainsFunc(o.metrics[name], func(m observation) bool { return near(m.Value, r.Value) })
}

// near tells whether a value may be another as it was printed.
func near(value, printed float64) bool {
	return math.Abs(value-printed) <= rounding*max(1, math.Abs(printed))
}

// rounding is how far a printed value may be from the one that was observed.
const rounding = 0.005

// observed is the last of the metrics on data that was not trained on that are
// nearest to a value as it was printed; nil where none is near.
func (o outcome) observed(name string, value float64) (same *run.Metric) {
	nearest := math.Inf(1)
	for _, m := range o.metrics[name] {
		if off := math.Abs(m.Value - value); m.Split != run.Train && near(m.Value, value) && off <= nearest {
			nearest, same = off, &m.Metric
		}
	}
	return same
}

// measured picks the last metric on the first of the splits that has one. Data
// held out comes before validation data, then what the program does not name,
// then training data, which never counts as reached.
func measured(metrics []observation, splits ...run.Split) *run.Metric {
	for _, split := range splits {
		of := slices.DeleteFunc(slices.Clone(metrics), func(m observation) bool { return m.Split != split })
		batch := batches(of)
		for _, m := range slices.Backward(of) {
			if m.Samples == 0 || m.Samples > batch {
				return &m.Metric
			}
		}
	}
	return nil
}

// batched is of how many batches at least, and how much larger a set is measured
// on its whole.
const batched = 8

// batches is the size of the batches that were measured one by one, where a whole
// set was measured too, else 0: many different rows, each a small part of the set.
func batches(metrics []observation) (size int) {
	largest, rows := 0, map[int]map[string]bool{}
	for _, m := range metrics {
		largest = max(largest, m.Samples)
		if rows[m.Samples] == nil {
			rows[m.Samples] = map[string]bool{}
		}
		rows[m.Samples][m.rows] = true
	}
	for samples, different := range rows {
		if len(different) >= batched && samples*batched <= largest {
			size = max(size, samples)
		}
	}
	return size
}

// printed reads the measure out of what the script printed.
func printed(text, wanted string) (metric.Reading, bool) {
	if wanted != "accuracy" {
		return metric.Named(text, wanted)
	}
	return metric.Pick(metric.Scan(text))
}

// printedCurve is the learning curve that a loop prints which no hook sees.
func printedCurve(text string) (curve []run.Point) {
	for _, e := range metric.Curve(text) {
		curve = append(curve, run.Point{Epoch: e.N, Values: e.Values})
	}
	return curve
}

// plausible tells whether a value can be one of the measure.
func plausible(name string, v float64) bool {
	if name == "accuracy" {
		return v >= 0 && v <= 1
	}
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// logText returns the last part of an attempt's output.
func (l *Loop) logText(trial, attempt int) string {
	f, err := engine.OpenLog(l.Dir, trial, attempt)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 4 << 20
	if size, err := f.Seek(0, io.SeekEnd); err == nil && size > most {
		f.Seek(-most, io.SeekEnd)
	} else {
		f.Seek(0, io.SeekStart)
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return ""
	}
	return string(text)
}
