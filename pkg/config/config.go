// Package config gathers the settings: git config mlhook.*, then the committed
// mlhook.toml or [tool.mlhook] of pyproject.toml, then the defaults. Every
// setting is optional.
//
// What touches the host (engine, push, mounts, mail ...) is read from git
// config only, because a pulled commit must not widen its own rights.
package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Settings are the values in force.
type Settings struct {
	// From the commit or from git config.
	Target float64 // what counts as reached: of accuracy a share of 1, in (0, 1]
	Metric string  // "accuracy", or any that the program reports or prints: "f1", "rmse", "loss"
	Goal   string  // maximise, minimise, auto: by the metric's name
	Mode   string  // reach: until the target; best: the best within the budget
	// Constraints are bounds of other metrics, all to be kept.
	Constraints []Constraint
	Entry       string   // entry script, "/"-separated
	Dir         string   // that it is started in, "/"-separated; empty to find it
	Args        []string // its command line
	Trials      int
	Minutes     float64
	Patience    int    // trials in a row that may bring nothing better
	Image       string // a ready image
	// Requirements is the file that lists them, or "imports"; empty to find it.
	Requirements string
	Data         []string // paths that the program needs and inspect cannot see
	Allow        []string // kinds of tweak: number, choice, inserted, architecture, estimator; empty allows all but the last
	Deny         []string
	Notify       []string // verdicts to tell about; empty tells about all

	// From git config only.
	Engine    string // auto, docker, local
	Push      string // auto, never
	BaseImage string
	CABundle  string // PEM file
	Mounts    []string
	Network   string
	Env       map[string]string
	Python    string  // interpreter of the local engine
	Newer     string  // wait, stop: what a newer commit does to a training run
	Slots     int     // runs of all repositories that may train at once
	Parallel  int     // trials of a run that may train at once; 0: as many as the machine bears
	Battery   string  // train, wait: while the machine is not on mains
	Disk      float64 // most that a run may take, in GB
	Keep      int     // newest runs of a repository whose models and logs are kept
	Mail      Mail

	bounds []string // Constraints as written
}

// Mail is where and how results are mailed; To empty switches it off.
type Mail struct {
	To, From, Host, User string
	Port                 int
	PasswordCommand      string // its first line of output is the password
	TLS                  string // "starttls", "tls", "none"
}

// file is the committed file's form.
type file struct {
	Target       *float64 `toml:"target"`
	Metric       *string  `toml:"metric"`
	Goal         *string  `toml:"goal"`
	Mode         *string  `toml:"mode"`
	Constraints  []string `toml:"constraints"`
	Entry        *string  `toml:"entry"`
	Dir          *string  `toml:"dir"`
	Args         []string `toml:"args"`
	Trials       *int     `toml:"trials"`
	Minutes      *float64 `toml:"minutes"`
	Patience     *int     `toml:"patience"`
	Image        *string  `toml:"image"`
	Requirements *string  `toml:"requirements"`
	Data         []string `toml:"data"`
	Allow        []string `toml:"allow"`
	Deny         []string `toml:"deny"`
	Notify       []string `toml:"notify"`
}

// hostOnly are the keys that a committed file must not set.
var hostOnly = []string{"engine", "push", "baseImage", "caBundle", "mounts", "network", "env", "python", "mail", "newer", "slots", "parallel", "battery", "disk", "keep"}

// Sources are the texts that settings come from.
type Sources struct {
	Git       map[string][]string // keys below mlhook., as git prints them
	TOML      []byte              // mlhook.toml of the commit, nil when absent
	Pyproject []byte              // pyproject.toml of the commit, nil when absent
}

// Defaults are the settings where nothing is set.
func Defaults() Settings {
	return Settings{Target: 0.8, Metric: "accuracy", Goal: "auto", Mode: "reach", Trials: 20, Minutes: 60, Patience: 15, Engine: "auto", Push: "auto", Network: "bridge",
		Newer: "wait", Slots: 1, Battery: "train", Disk: 20, Keep: 50,
		Env: map[string]string{}, Mail: Mail{Port: 587, TLS: "starttls"}}
}

// OfMachine returns the settings where no commit is looked at. What a commit may
// say too is left out: whether that makes sense is only known with the commit.
func OfMachine(git map[string][]string) (Settings, error) {
	git = maps.Clone(git)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[file]()) {
		delete(git, field.Tag.Get("toml"))
	}
	return Load(Sources{Git: git})
}

// Load returns the settings, or an error that names the place and says what to do.
func Load(s Sources) (Settings, error) {
	set := Defaults()
	name, f, err := committed(s)
	if err != nil {
		return set, err
	}
	f.into(&set)
	aimed := f.Target != nil || s.Git["target"] != nil
	where := map[string]string{}
	for key, values := range s.Git {
		if err := set.git(key, values); err != nil {
			if errors.Is(err, errUnknown) {
				return set, fmt.Errorf("git config mlhook.%s: %w; remove it with `git config --unset-all mlhook.%s`", key, err, key)
			}
			return set, fmt.Errorf("git config mlhook.%s: %w; change it with `git config mlhook.%s VALUE`", key, err, key)
		}
		where[key] = "git config mlhook." + key
	}
	if set.Metric != "accuracy" && set.Metric != "" && !aimed && set.Mode != "best" {
		return set, fmt.Errorf("metric is %q, but target does not say which value to reach; set target, or mode = \"best\" for the best within the budget", set.Metric)
	}
	place := func(key string) string {
		if w, ok := where[key]; ok {
			return w
		}
		return name + ": " + key
	}
	for _, text := range set.bounds {
		c, err := parseConstraint(text)
		if err != nil {
			return set, fmt.Errorf("%s: %w", place("constraints"), err)
		}
		set.Constraints = append(set.Constraints, c)
	}
	return set, set.check(place)
}

// committed reads mlhook.toml, else [tool.mlhook].
func committed(s Sources) (name string, f file, err error) {
	if s.TOML != nil {
		return "mlhook.toml", f, decode("mlhook.toml", s.TOML, &f)
	}
	if s.Pyproject == nil {
		return "mlhook.toml", f, nil
	}
	var all struct {
		Tool struct {
			Mlhook map[string]any `toml:"mlhook"`
		} `toml:"tool"`
	}
	if err := toml.Unmarshal(s.Pyproject, &all); err != nil {
		return "pyproject.toml", f, located("pyproject.toml", err)
	}
	if all.Tool.Mlhook == nil {
		return "mlhook.toml", f, nil
	}
	text, err := toml.Marshal(all.Tool.Mlhook)
	if err != nil {
		return "pyproject.toml", f, err
	}
	return "pyproject.toml [tool.mlhook]", f, decode("pyproject.toml [tool.mlhook]", text, &f)
}

func decode(name string, text []byte, f *file) error {
	var keys map[string]any
	if err := toml.Unmarshal(text, &keys); err != nil {
		return located(name, err)
	}
	for _, key := range hostOnly {
		if _, ok := keys[key]; ok {
			return fmt.Errorf("%s: %s touches this machine and is not read from a committed file; use `git config mlhook.%s VALUE`", name, key, key)
		}
	}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return located(name, err)
	}
	return nil
}

// located puts file and line before a TOML error and shows the line.
func located(name string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		row, _ := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d: there is no setting %q\n%s", name, row, strings.Join(unknown.Errors[0].Key(), "."), cut(unknown.Errors[0].String()))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		words := func(text string) string { return mistyped.ReplaceAllStringFunc(text, wanted) }
		return fmt.Errorf("%s:%d: %s%s\n%s", name, row, words(strings.TrimPrefix(bad.Error(), "toml: ")), share(bad.String()), cut(words(bad.String())))
	}
	return fmt.Errorf("%s: %w", name, err)
}

// widest is how many characters of a line are shown.
const widest = 160

// cut shortens the lines of a text.
func cut(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if runes := []rune(line); len(runes) > widest {
			lines[i] = string(runes[:widest]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// mistyped is how the TOML library says, in words of Go, that a value has the wrong type.
var mistyped = regexp.MustCompile(`cannot decode TOML ([a-z ]+) into struct field \S+\.(\w+) of type (\S+)`)

// wanted says the same in words of the file.
func wanted(text string) string {
	m := mistyped.FindStringSubmatch(text)
	types := map[string]string{"float64": "a number", "int": "a whole number", "string": "a string", "[]string": "a list of strings"}
	return fmt.Sprintf("%s is of type %s, but has to be %s", strings.ToLower(m[2]), m[1], cmp.Or(types[strings.TrimPrefix(m[3], "*")], m[3]))
}

// percentage is a target in per cent, from git config or in a line that a TOML
// error shows.
var percentage = regexp.MustCompile(`(?m)^(?:\d+\| *target *= *["']?)?(\d+(?:\.\d+)?) *%["']?$`)

// share says how a percentage in text is written; nothing where there is none.
func share(text string) string {
	m := percentage.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	value, _ := strconv.ParseFloat(m[1], 64) // digits, as matched
	return fmt.Sprintf("; %s %% is written %.6g", m[1], value/100)
}

func (f file) into(s *Settings) {
	set(&s.Target, f.Target)
	set(&s.Metric, f.Metric)
	set(&s.Goal, f.Goal)
	set(&s.Mode, f.Mode)
	set(&s.Entry, f.Entry)
	set(&s.Dir, f.Dir)
	set(&s.Trials, f.Trials)
	set(&s.Minutes, f.Minutes)
	set(&s.Patience, f.Patience)
	set(&s.Image, f.Image)
	set(&s.Requirements, f.Requirements)
	s.Args, s.Data, s.Allow, s.Deny, s.Notify, s.bounds = f.Args, f.Data, f.Allow, f.Deny, f.Notify, f.Constraints
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// git sets one key.
func (s *Settings) git(key string, values []string) (err error) {
	last := values[len(values)-1]
	switch to := s.places()[key].(type) {
	case *string:
		*to = last
	case *[]string:
		*to = values
	case *int:
		if *to, err = strconv.Atoi(last); err != nil {
			return fmt.Errorf("%q is no whole number", last)
		}
	case *float64:
		if *to, err = strconv.ParseFloat(last, 64); err != nil {
			return fmt.Errorf("%q is no number%s", last, share(last))
		}
	case map[string]string:
		for _, v := range values {
			name, value, ok := strings.Cut(v, "=")
			if !ok {
				return fmt.Errorf("%q is not NAME=VALUE", v)
			}
			to[name] = value
		}
	default:
		return errUnknown
	}
	return nil
}

// places are the settings by their keys as git prints them, in lower case.
func (s *Settings) places() map[string]any {
	return map[string]any{
		"target": &s.Target, "metric": &s.Metric, "goal": &s.Goal, "mode": &s.Mode, "constraints": &s.bounds,
		"entry": &s.Entry, "dir": &s.Dir, "args": &s.Args, "trials": &s.Trials, "minutes": &s.Minutes, "patience": &s.Patience,
		"image": &s.Image, "requirements": &s.Requirements, "data": &s.Data, "allow": &s.Allow, "deny": &s.Deny, "notify": &s.Notify,
		"engine": &s.Engine, "push": &s.Push, "baseimage": &s.BaseImage, "cabundle": &s.CABundle, "mounts": &s.Mounts,
		"network": &s.Network, "env": s.Env, "python": &s.Python, "newer": &s.Newer, "slots": &s.Slots, "parallel": &s.Parallel,
		"battery": &s.Battery, "disk": &s.Disk, "keep": &s.Keep,
		"mail.to": &s.Mail.To, "mail.from": &s.Mail.From, "mail.host": &s.Mail.Host, "mail.port": &s.Mail.Port,
		"mail.user": &s.Mail.User, "mail.passwordcommand": &s.Mail.PasswordCommand, "mail.tls": &s.Mail.TLS,
	}
}

var errUnknown = errors.New("there is no such setting")

// Allows tells whether tweaks of a kind are wanted. Another estimator is another
// model than the user's: it has to be asked for by name.
func (s Settings) Allows(kind string) bool {
	return (len(s.Allow) == 0 && kind != "estimator" || slices.Contains(s.Allow, kind)) && !slices.Contains(s.Deny, kind)
}

// Tells tells whether the user wants to hear of a verdict.
func (s Settings) Tells(verdict string) bool {
	return len(s.Notify) == 0 || slices.Contains(s.Notify, verdict)
}

// Fingerprint is equal for settings under which a program has the same result.
func (s Settings) Fingerprint() string {
	return fmt.Sprintf("%v %s %s %s %v %s %s %q %d %v %d %s %q %q %q %v %s %s", s.Target, s.Metric, s.Goal, s.Mode, s.Constraints, s.Entry, s.Dir, s.Args, s.Trials, s.Minutes, s.Patience, s.Image,
		s.Data, s.Allow, s.Deny, s.Env, s.BaseImage, s.Python)
}
