package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/config"
)

func TestPrecedence(t *testing.T) {
	s, err := config.Load(config.Sources{
		Git:       map[string][]string{"target": {"0.7", "0.95"}, "data": {"a b", "c"}, "env": {"A=1=2"}, "mail.passwordcommand": {"pass x"}},
		TOML:      []byte("target = 0.9\ntrials = 3\nargs = [\"--x\"]\n"),
		Pyproject: []byte("[tool.mlhook]\ntrials = 4\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Target != 0.95 || s.Trials != 3 || s.Minutes != 60 || s.Env["A"] != "1=2" || s.Mail.PasswordCommand != "pass x" {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([][]string{{"a b", "c"}, {"--x"}}, [][]string{s.Data, s.Args}); diff != "" {
		t.Error(diff)
	}
	if s, err = config.Load(config.Sources{Pyproject: []byte("[project]\nname = \"x\"\n[tool.mlhook]\ntrials = 4\n")}); err != nil || s.Trials != 4 {
		t.Errorf("pyproject: %+v, %v", s, err)
	}
	for _, text := range []string{"metric = \"rmse\"\ntarget = 70.0\n", "metric = \"rmse\"\nmode = \"best\"\n"} {
		if s, err = config.Load(config.Sources{TOML: []byte(text)}); err != nil || s.Metric != "rmse" || s.Goal != "auto" {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
	if s, err = config.Load(config.Sources{}); err != nil || s.Target != 0.8 || s.Trials != 20 || s.Engine != "auto" {
		t.Errorf("defaults: %+v, %v", s, err)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	git := func(key, value string) config.Sources {
		return config.Sources{Git: map[string][]string{key: {value}}}
	}
	file := func(text string) config.Sources { return config.Sources{TOML: []byte(text)} }
	for what, c := range map[string]struct {
		from config.Sources
		want []string
	}{
		"out of range in git":   {git("target", "80"), []string{"git config mlhook.target", "0.8 means 80 %"}},
		"not a number":          {git("target", "much"), []string{"git config mlhook.target", `"much"`}},
		"part of a trial":       {git("trials", "1.5"), []string{"git config mlhook.trials", `"1.5" is no whole number`}},
		"no metric":             {git("metric", ""), []string{"git config mlhook.metric is empty; name a measure"}},
		"no verdict":            {file("notify = [\"done\"]\n"), []string{`"done" in notify`, "reached, exhausted, refused, failed"}},
		"relative mount":        {git("mounts", "../data"), []string{"git config mlhook.mounts", `"../data"`, "begins with /"}},
		"nan":                   {git("target", "NaN"), []string{"git config mlhook.target"}},
		"endless":               {git("minutes", "Inf"), []string{"git config mlhook.minutes"}},
		"unknown in git":        {git("targt", "1"), []string{"mlhook.targt", "no such setting"}},
		"engine":                {git("engine", "vm"), []string{"git config mlhook.engine", "auto, docker, local"}},
		"goal":                  {file("goal = \"down\"\n"), []string{"mlhook.toml: goal", "auto, maximise, minimise"}},
		"mode":                  {git("mode", "fast"), []string{"git config mlhook.mode", "reach, best"}},
		"metric without target": {file("metric = \"rmse\"\n"), []string{`"rmse"`, "set target", `mode = "best"`}},
		"metric's target":       {file("metric = \"rmse\"\ntarget = inf\n"), []string{"mlhook.toml: target"}},
		"env":                   {git("env", "A"), []string{"git config mlhook.env", "NAME=VALUE"}},
		"mail without a server": {git("mail.to", "a@b"), []string{"git config mlhook.mail.host"}},
		"out of range":          {file("target = 0\n"), []string{"mlhook.toml: target"}},
		"unknown":               {file("trials = 3\ntargt = 0.9\n"), []string{"mlhook.toml:2", `"targt"`, "~~~"}},
		"of no version":         {file("ray = true\n"), []string{"mlhook.toml:1: there is no setting \"ray\""}},
		"wrong type":            {file("trials = \"many\"\n"), []string{"mlhook.toml:1", "~~~"}},
		"percent":               {file("target = \"99.9%\"\n"), []string{"mlhook.toml:1: target is of type string, but has to be a number; 99.9 % is written 0.999"}},
		"bare percent":          {file("target = 80%\n"), []string{"; 80 % is written 0.8"}},
		"percent for git":       {git("target", "85%"), []string{`"85%" is no number; 85 % is written 0.85; change it with`}},
		"long line":             {file("entry = \"" + strings.Repeat("a", 100000) + "\"\ntargt = [" + strings.Repeat("1, ", 100000) + "]\n"), []string{"mlhook.toml:2", `"targt"`, "…"}},
		"broken":                {file("target = \n"), []string{"mlhook.toml:1"}},
		"kind":                  {file("deny = [\"magic\"]\n"), []string{`"magic"`, "architecture"}},
		"host only":             {file("engine = \"local\"\n"), []string{"git config mlhook.engine", "this machine"}},
		"host only table":       {file("[mail]\nto = \"a@b\"\n"), []string{"git config mlhook.mail"}},
		"host only in pyproject": {config.Sources{Pyproject: []byte("[tool.mlhook]\nmounts = [\"/\"]\n")},
			[]string{"pyproject.toml", "git config mlhook.mounts"}},
	} {
		_, err := config.Load(c.from)
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		for _, words := range c.want {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: no %q in %q", what, words, err)
			}
		}
		if len(err.Error()) > 2000 {
			t.Errorf("%s: %d bytes", what, len(err.Error()))
		}
		if strings.Contains(err.Error(), "float64") {
			t.Errorf("%s: words of Go in %q", what, err)
		}
	}
}

// What a commit may say too is judged with the commit only; what touches the
// machine is judged without one.
func TestOfMachine(t *testing.T) {
	git := map[string][]string{"metric": {"f1"}, "target": {"0.7"}, "mode": {"best"}, "constraints": {"f1 >= 0.7"}, "trials": {"3"}, "slots": {"2"}}
	s, err := config.OfMachine(git)
	if err != nil || s.Slots != 2 || s.Metric != "accuracy" || s.Trials != 20 || len(s.Constraints) > 0 {
		t.Errorf("%+v, %v", s, err)
	}
	delete(git, "target") // the commit has it
	delete(git, "mode")
	if _, err := config.OfMachine(git); err != nil {
		t.Error(err)
	}
	for key, value := range map[string]string{"slots": "0", "engine": "vm", "targt": "1"} {
		if _, err := config.OfMachine(map[string][]string{key: {value}}); err == nil {
			t.Errorf("%s = %s: no error", key, value)
		}
	}
}

func TestFingerprint(t *testing.T) {
	load := func(key, value string) string {
		s, err := config.Load(config.Sources{Git: map[string][]string{key: {value}}})
		if err != nil {
			t.Fatal(err)
		}
		return s.Fingerprint()
	}
	if load("push", "never") != load("push", "auto") {
		t.Error("pushing does not change what a program computes")
	}
	if load("args", "a") == load("args", "b") || load("baseimage", "a") == load("baseimage", "b") {
		t.Error("arguments and base image do")
	}
}

// A constraint is a measure and a bound that it has to keep.
func TestConstraints(t *testing.T) {
	s, err := config.Load(config.Sources{TOML: []byte("constraints = [\"f1 >= 0.7\", \"loss<=0.5\"]\n")})
	if err != nil || len(s.Constraints) != 2 {
		t.Fatal(s.Constraints, err)
	}
	if c := s.Constraints[0]; c.String() != "f1 >= 0.7" || !c.Holds(0.7) || c.Holds(0.69) {
		t.Errorf("%+v", c)
	}
	if c := s.Constraints[1]; c.String() != "loss <= 0.5" || !c.Holds(0.5) || c.Holds(0.51) {
		t.Errorf("%+v", c)
	}
	for _, text := range []string{"f1", "f1 > 0.7", ">= 0.7", "f1 >= high", "f1 >= NaN", "f1 >= Inf"} {
		if _, err := config.Load(config.Sources{Git: map[string][]string{"constraints": {text}}}); err == nil || !strings.Contains(err.Error(), "git config mlhook.constraints") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestKinds(t *testing.T) {
	s, err := config.Load(config.Sources{TOML: []byte("allow = [\"number\", \"choice\"]\ndeny = [\"choice\"]\nnotify = [\"reached\"]\n")})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Allows("number") || s.Allows("choice") || s.Allows("architecture") || !s.Tells("reached") || s.Tells("failed") {
		t.Errorf("%+v", s)
	}
}

// TestEstimatorIsAskedFor holds that another estimator is tried only where the
// user names that kind.
func TestEstimatorIsAskedFor(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                      false,
		"deny = [\"number\"]\n":                 false,
		"allow = [\"number\"]\n":                false,
		"allow = [\"number\", \"estimator\"]\n": true,
		"allow = [\"estimator\"]\ndeny = [\"estimator\"]\n": false,
	} {
		s, err := config.Load(config.Sources{TOML: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		if s.Allows("estimator") != want {
			t.Errorf("%q allows an estimator: %t, want %t", text, !want, want)
		}
	}
}
