package report

import (
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/run"
)

func TestConfirmed(t *testing.T) {
	for _, c := range []struct {
		metric run.Metric
		c      run.Confirmed
		want   string
	}{
		{run.Metric{Name: "accuracy", Split: run.Test, Samples: 450}, run.Confirmed{Mean: 0.831, SD: 0.014, N: 3}, "accuracy 83.1 % +- 1.4 on 450 held-out samples, 3 seeds"},
		{run.Metric{Name: "accuracy", Split: run.Validation}, run.Confirmed{Mean: 0.9, SD: 0, N: 2}, "accuracy 90.0 % on validation data, the same with 2 seeds (the result does not depend on them)"},
		{run.Metric{Name: "rmse", Split: run.Unknown}, run.Confirmed{Mean: 66.09, SD: 0.123, N: 3}, "rmse 66.09 +- 0.12 on data that the script does not name, 3 seeds"},
	} {
		if got := Confirmed(c.metric, c.c); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// Only what was measured was looked at.
func TestLooks(t *testing.T) {
	value := 0.9
	best := 0
	d := run.Detail{Run: run.Run{Best: &best, Metric: &run.Metric{Name: "accuracy", Value: value, Split: run.Test, Samples: 450}}}
	for _, c := range []struct {
		trials []run.Trial
		want   string
	}{
		{[]run.Trial{{Value: &value}, {N: 1}, {N: 2, Value: &value}}, "after 2 looks\n"},
		{[]run.Trial{{Value: &value}, {N: 1}}, "after 1 look\n"},
	} {
		d.Trials = c.trials
		if got := Markdown(d); !strings.Contains(got, "- Chosen on: the same 450 samples "+c.want) {
			t.Errorf("want %q in\n%s", c.want, got)
		}
	}
	d.Metric.Samples = 0
	if got := Markdown(d); !strings.Contains(got, "- Chosen on: the same samples, their number unknown, after 1 look\n") {
		t.Errorf("it is not said that the number of samples is unknown:\n%s", got)
	}
	d.Trials = nil
	if got := Markdown(d); strings.Contains(got, "look") {
		t.Errorf("a linked run looked at nothing:\n%s", got)
	}
}
