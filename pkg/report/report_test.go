package report

import (
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
		{run.Metric{Name: "accuracy", Split: run.Validation}, run.Confirmed{Mean: 0.9, SD: 0, N: 2}, "accuracy 90.0 % +- 0.0 on validation data, 2 seeds"},
		{run.Metric{Name: "rmse", Split: run.Unknown}, run.Confirmed{Mean: 66.09, SD: 0.123, N: 3}, "rmse 66.09 +- 0.12 on data that the script does not name, 3 seeds"},
	} {
		if got := Confirmed(c.metric, c.c); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
