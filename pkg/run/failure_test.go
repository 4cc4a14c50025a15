package run

import (
	"strings"
	"testing"
	"time"
)

func TestCrashLoop(t *testing.T) {
	f := func(pairs ...string) (all []Failure) {
		for _, p := range pairs {
			why, progress, _ := strings.Cut(p, "@")
			all = append(all, Failure{Why: why, Progress: progress})
		}
		return all
	}
	for name, c := range map[string]struct {
		failures []Failure
		want     string // empty: no loop
	}{
		"none":                      {nil, ""},
		"one":                       {f("boom@3"), ""},
		"same words, same step":     {f("boom@3", "boom@3"), "it failed 2 times at the same step with: boom"},
		"same words, later step":    {f("boom@3", "boom@4", "boom@5", "boom@6"), ""},
		"other words, same step":    {f("boom@3", "bang@3"), ""},
		"three without progress":    {f("boom@3", "bang@3", "boom@3"), "it failed 3 times without a newer checkpoint between, at last with: boom"},
		"killed twice":              {f("@3", "@3"), ""},
		"killed thrice":             {f("@3", "@3", "@3"), "it was killed 3 times without a newer checkpoint between"},
		"progress begins the count": {f("@3", "@3", "@4", "@4"), ""},
		"long ago":                  {f("boom@1", "boom@1", "@2"), ""},
	} {
		why, loop := CrashLoop(c.failures)
		if loop != (c.want != "") || why != c.want {
			t.Errorf("%s: %v %q, want %q", name, loop, why, c.want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 0, 1: 0, 2: 5 * time.Second, 3: 10 * time.Second, 9: maxBackoff, 1000: maxBackoff} {
		for range 100 {
			if got := Backoff(n); got < want-want/4 || got > want+want/4 || got > MaxBackoff {
				t.Fatalf("%d failures: %v, want %v within a quarter", n, got, want)
			}
		}
	}
}
