package config

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// check refuses values that make no sense; place names where a key was set.
func (s Settings) check(place func(key string) string) error {
	switch {
	case s.Metric == "accuracy" && !(s.Target > 0 && s.Target <= 1):
		return fmt.Errorf("%s is %g, but an accuracy to reach lies in (0, 1]; 0.8 means 80 %%", place("target"), s.Target)
	case s.Trials < 1:
		return fmt.Errorf("%s is %d, but at least one trial is needed", place("trials"), s.Trials)
	case !(s.Minutes > 0 && s.Minutes < 1e6):
		return fmt.Errorf("%s is %g, but it is a time in minutes, above 0 and below 1000000", place("minutes"), s.Minutes)
	case math.IsNaN(s.Target) || math.IsInf(s.Target, 0):
		return fmt.Errorf("%s is %g, which no %s can reach", place("target"), s.Target, s.Metric)
	case s.Metric == "":
		return fmt.Errorf("%s is empty; name a measure that the program reports, or accuracy", place("metric"))
	case s.Patience < 1:
		return fmt.Errorf("%s is %d, but at least one trial has to bring nothing better before a run ends", place("patience"), s.Patience)
	case s.Parallel < 0:
		return fmt.Errorf("%s is %d; say how many trials of a run may train at once, or 0 for as many as the machine bears", place("parallel"), s.Parallel)
	case s.Slots < 1:
		return fmt.Errorf("%s is %d, but at least one run has to train", place("slots"), s.Slots)
	case s.Keep < 1:
		return fmt.Errorf("%s is %d, but at least the newest run has to be kept", place("keep"), s.Keep)
	case !(s.Disk > 0 && s.Disk < 1e6):
		return fmt.Errorf("%s is %g, but it is a size in GB, above 0", place("disk"), s.Disk)
	}
	for _, word := range []struct {
		key, value string
		lawful     []string
	}{
		{"goal", s.Goal, []string{"auto", "maximise", "minimise"}},
		{"mode", s.Mode, []string{"reach", "best"}},
		{"engine", s.Engine, []string{"auto", "docker", "local"}},
		{"push", s.Push, []string{"auto", "never"}},
		{"newer", s.Newer, []string{"wait", "stop"}},
		{"battery", s.Battery, []string{"train", "wait"}},
		{"mail.tls", s.Mail.TLS, []string{"starttls", "tls", "none"}},
	} {
		if !slices.Contains(word.lawful, word.value) {
			return fmt.Errorf("%s is %q; it is one of %s", place(word.key), word.value, strings.Join(word.lawful, ", "))
		}
	}
	for _, kind := range append(slices.Clone(s.Allow), s.Deny...) {
		if !slices.Contains(kinds, kind) {
			return fmt.Errorf("%q in allow or deny is no kind of tweak; the kinds are %s", kind, strings.Join(kinds, ", "))
		}
	}
	for _, verdict := range s.Notify {
		if !slices.Contains(verdicts, verdict) {
			return fmt.Errorf("%q in notify is no verdict to tell of; those are %s", verdict, strings.Join(verdicts, ", "))
		}
	}
	for _, m := range s.Mounts {
		if !filepath.IsAbs(m) && !strings.HasPrefix(m, "~/") {
			return fmt.Errorf("%s has %q; a path of this machine begins with / or ~/", place("mounts"), m)
		}
	}
	if s.Mail.To != "" && s.Mail.Host == "" {
		return errors.New("git config mlhook.mail.to is set, but not through which server; use `git config mlhook.mail.host HOST`")
	}
	return nil
}

var (
	kinds    = []string{"number", "choice", "inserted", "architecture", "estimator"}
	verdicts = []string{"reached", "exhausted", "refused", "failed"}
)
