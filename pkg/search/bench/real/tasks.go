package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed tasks
var taskFiles embed.FS

// A task is a script as a user writes it, with a defect or two.
type task struct {
	Name      string   `json:"-"`
	Framework string   `json:"framework"`
	Model     string   `json:"model"`
	Target    float64  `json:"target"`
	Half      string   `json:"half"` // tuned, or unseen: not to be looked at while tuning
	Defects   []string `json:"defects"`
	// Mended are values of the expert's knobs by which the target is reached.
	Mended map[string]string `json:"mended"`
	script string
	expert []knob
}

// A knob is a place of the script that somebody who knows the defect would tune.
type knob struct {
	Name    string   `json:"name"`
	Find    string   `json:"find"` // source text, once in the script
	Put     string   `json:"put"`  // what takes its place; %s is the value
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Log     bool     `json:"log"`
	Whole   bool     `json:"whole"`
	Choices []string `json:"choices"`
}

// loadTasks reads those whose name contains one of the words, all without words.
func loadTasks(words []string) (all []task, err error) {
	dirs, err := fs.ReadDir(taskFiles, "tasks")
	if err != nil {
		return nil, err
	}
	for _, d := range dirs {
		if !matches(d.Name(), words) {
			continue
		}
		t, err := loadTask(d.Name())
		if err != nil {
			return nil, fmt.Errorf("task %s: %w", d.Name(), err)
		}
		all = append(all, t)
	}
	return all, nil
}

// matches tells whether a name contains one of the words.
func matches(name string, words []string) bool {
	for _, word := range words {
		if strings.Contains(name, word) {
			return true
		}
	}
	return len(words) == 0
}

func loadTask(name string) (task, error) {
	t := task{Name: name}
	for file, into := range map[string]any{"task.json": &t, "expert.json": &t.expert} {
		text, err := taskFiles.ReadFile(path.Join("tasks", name, file))
		if err != nil {
			return t, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return t, fmt.Errorf("%s: %w", file, err)
		}
	}
	text, err := taskFiles.ReadFile(path.Join("tasks", name, "train.py"))
	t.script = string(text)
	return t, err
}

// put writes values of knobs into the script.
func (t task) put(values map[string]string) (map[string][]byte, error) {
	script, known := t.script, 0
	for _, k := range t.expert {
		value, ok := values[k.Name]
		if !ok {
			continue
		}
		known++
		if strings.Count(t.script, k.Find) != 1 {
			return nil, fmt.Errorf("%s: %q is not there once", t.Name, k.Find)
		}
		script = strings.Replace(script, k.Find, fmt.Sprintf(k.Put, value), 1)
	}
	if known != len(values) {
		return nil, fmt.Errorf("%s: %d of %d values belong to no knob", t.Name, len(values)-known, len(values))
	}
	return map[string][]byte{"train.py": []byte(script)}, nil
}

// An axis is one dimension of a space as peers see it.
type axis struct {
	ID      string   `json:"id"`
	Role    string   `json:"role"`
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Log     bool     `json:"log"`
	Whole   bool     `json:"whole"`
	Choices []string `json:"choices"` // source texts; null for numbers
	Value   string   `json:"value"`   // the user's own source text; empty where none is known
}

// experts is the expert's space.
func (t task) experts() (all []axis) {
	for _, k := range t.expert {
		all = append(all, axis{k.Name, k.Name, k.Low, k.High, k.Log, k.Whole, k.Choices, ""})
	}
	return all
}

// text writes a peer's value, a number or a choice, as source.
func (a axis) text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case float64:
		if a.Whole {
			return strconv.FormatFloat(v, 'f', 0, 64), nil
		}
		text := strconv.FormatFloat(v, 'g', 6, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text, nil
	}
	return "", fmt.Errorf("%s: %v is no value", a.ID, value)
}
