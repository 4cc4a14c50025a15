package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/agent"
	"github.com/mlhook/mlhook/pkg/space"
)

// preserved is the largest difference that a grown network's outputs may have
// from its parent's; see agent.Event.
const preserved = 1e-5

// factors are by how much numbers of units and filters are multiplied.
var factors = []float64{2, 4}

// A growth is one move that makes a network larger, trained from what the
// smaller one has learned and cold.
type growth struct {
	Task      string  `json:"task"`
	Half      string  `json:"half"`
	Framework string  `json:"framework"`
	Move      string  `json:"move"`
	Role      string  `json:"role"`
	Level     string  `json:"level"`      // warm, grown or cold: how it started
	Value     float64 `json:"difference"` // of the outputs at the start; 0 for cold
	Samples   int     `json:"samples"`    // that the outputs were compared on
	Why       string  `json:"why"`        // it started so
	Parent    lesson  `json:"parent"`     // the script as written
	Grown     lesson  `json:"grown"`      // with the parent's weights where they fit
	Cold      lesson  `json:"cold"`
}

// A lesson is what came of a training.
type lesson struct {
	Accuracy *float64 `json:"accuracy"`
	Seconds  float64  `json:"seconds"`
	Curve    []point  `json:"curve,omitempty"`
	Why      string   `json:"why,omitempty"` // without an accuracy
}

func (t trained) lesson() lesson { return lesson{t.value, t.seconds, t.curve, t.why} }

func (l lesson) String() string {
	if l.Accuracy == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *l.Accuracy)
}

func (g growth) key() key { return key{task: g.Task, method: g.Move} }

func (g growth) String() string {
	how := fmt.Sprintf("%s, difference %.1e", g.Level, g.Value)
	if g.Level == agent.LevelCold {
		how = "cold: " + g.Why
	}
	return fmt.Sprintf("%-20s %s: %s; %s in %.1f s, cold %s in %.1f s", g.Task, g.Move, how, g.Grown, g.Grown.Seconds, g.Cold, g.Cold.Seconds)
}

// growAll tries every move of the tasks whose networks can grow.
func growAll(ctx context.Context, o options, tasks []task) error {
	known, err := resume[growth](o.rows)
	if err != nil {
		return err
	}
	var all error
	for _, t := range tasks {
		if t.Framework != "keras" && t.Framework != "torch" {
			continue
		}
		if err := growTask(ctx, o, t, known); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", t.Name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	rows, err := readRows[growth](o.rows)
	return errors.Join(all, err, growTable(os.Stdout, rows))
}

// growTask trains a task's script, and then all that are larger by one move.
func growTask(ctx context.Context, o options, t task, known map[key]bool) (err error) {
	c := cell{task: t, seed: 1}
	top, err := c.place(ctx)
	defer remove(top)
	if err != nil {
		return err
	}
	tr, err := newTrainer(ctx, top, o.python, int64(c.seed))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(tr.close(), err) }()
	var parent *trained
	write := tr.same(filepath.Join(top, "repo"), []byte(t.script)).write
	for _, m := range tr.enlargements() {
		g := growth{Task: t.Name, Half: t.Half, Framework: t.Framework, Move: m.name(), Role: m.role}
		if known[g.key()] {
			continue
		}
		if parent == nil {
			if parent, err = tr.parent(ctx, t); err != nil {
				return err
			}
		}
		g.Parent = parent.lesson()
		files, err := write(map[string]string{m.id: m.value})
		if err != nil {
			return fmt.Errorf("%s: %w", g.Move, err)
		}
		if err := tr.grow(ctx, files, parent.trial, &g); err != nil {
			return fmt.Errorf("%s: %w", g.Move, err)
		}
		if err := appendRow(o.rows, g); err != nil {
			return err
		}
		fmt.Println(g)
	}
	return nil
}

// parent trains the script as written and keeps what it learned.
func (t *trainer) parent(ctx context.Context, own task) (*trained, error) {
	files, err := own.put(nil)
	if err != nil {
		return nil, err
	}
	out, err := t.train(ctx, ask{files: files, trial: -1, leave: true})
	if err == nil && out.value == nil {
		err = fmt.Errorf("as written: %s", out.why)
	}
	return &out, err
}

// grow trains a larger script from its parent and cold, with the same seed.
func (t *trainer) grow(ctx context.Context, files map[string][]byte, parent int, g *growth) error {
	grown, err := t.train(ctx, ask{files: files, trial: -1, warm: agent.WarmState(parent, 1)})
	if err != nil {
		return err
	}
	cold, err := t.train(ctx, ask{files: files, trial: -1})
	if err != nil {
		return err
	}
	if grown.start == nil {
		return fmt.Errorf("the agent did not say how the training starts: %s", grown.why)
	}
	g.Level, g.Why, g.Samples = grown.start.Level, grown.start.Text, grown.start.Samples
	if grown.start.Value != nil {
		g.Value = *grown.start.Value
	}
	g.Grown, g.Cold = grown.lesson(), cold.lesson()
	return nil
}

// An enlargement sets a tunable to a value that makes the network larger.
type enlargement struct{ id, role, from, value string }

// name is what the table calls it: "filters 16 -> 32 (keras.layers.Conv2D#0:filters)".
func (e enlargement) name() string {
	_, place, _ := strings.Cut(e.id, ":")
	return strings.TrimSpace(fmt.Sprintf("%s %s", e.role, e.from)) + fmt.Sprintf(" -> %s (%s)", e.value, place)
}

// enlargements are the moves of a program that add layers, and those that
// multiply the number of units or filters.
func (t *trainer) enlargements() (all []enlargement) {
	for _, u := range t.tunables() {
		for _, value := range larger(u) {
			all = append(all, enlargement{u.ID, u.Role, u.Value, value})
		}
	}
	return all
}

// larger are the values of a tunable that make a network larger.
func larger(u space.Tunable) (values []string) {
	if u.Kind == "architecture" && u.Move != nil && u.Move.Kind == "insert" {
		return u.Choices[1:] // the first leaves it as it is
	}
	own, err := strconv.Atoi(u.Value)
	if err != nil || u.Kind != "number" || u.Role != "width" && u.Role != "filters" {
		return nil
	}
	for _, f := range factors {
		if v := f * float64(own); v <= u.High {
			values = append(values, strconv.FormatFloat(v, 'f', 0, 64))
		}
	}
	return values
}
