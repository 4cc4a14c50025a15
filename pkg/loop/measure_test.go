package loop

import (
	"fmt"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// What a script prints of its test comes before what its fit observed of the
// training, unless it is an observed number again.
func TestMeasured(t *testing.T) {
	seen := func(split string, value float64) agent.Event {
		return agent.Event{Type: agent.EventMetric, Name: "accuracy", Split: split, Value: &value, Source: "hook", Samples: 100}
	}
	for _, c := range []struct {
		name, printed string
		events        []agent.Event
		value         float64
		split         string
	}{
		{"by hand behind fit", "Test accuracy: 0.81\n", []agent.Event{seen("train", 0.99)}, 0.81, "test"},
		{"by hand behind a validated fit", "Test accuracy: 0.81\n", []agent.Event{seen("train", 0.99), seen("validation", 0.9)}, 0.81, "test"},
		{"the validation called test", "Test accuracy: 0.90\n", []agent.Event{seen("validation", 0.9012)}, 0.9012, "validation"},
		{"the test, then what it was trained on", "Test accuracy: 0.9\nTrain accuracy: 0.99\n",
			[]agent.Event{seen("unknown", 0.903), seen("unknown", 0.9), seen("unknown", 0.99)}, 0.9, "unknown"},
		{"observed on the test", "Test accuracy: 0.7\n", []agent.Event{seen("test", 0.8)}, 0.8, "test"},
		{"not named", "Accuracy: 0.99\n", []agent.Event{seen("train", 0.99)}, 0.99, "train"},
		{"by hand, not named", "Accuracy: 0.87\n", []agent.Event{seen("train", 0.99), {Type: agent.EventPredicted, Split: "test"}}, 0.87, "unknown"},
		{"training by hand", "Accuracy: 0.99\n", []agent.Event{seen("train", 0.99), {Type: agent.EventPredicted, Split: "test"}}, 0.99, "train"},
		{"no other rows", "Accuracy: 0.87\n", []agent.Event{seen("train", 0.99)}, 0.99, "train"},
		{"a guess", "0.85\n", []agent.Event{seen("train", 0.99)}, 0.99, "train"},
		{"nothing printed", "", []agent.Event{seen("unknown", 0.6)}, 0.6, "unknown"},
		{"only printed", "val acc 0.7\n", nil, 0.7, "validation"},
	} {
		m := Measured(c.events, c.printed)
		if m == nil || m.Value != c.value || string(m.Split) != c.split {
			t.Errorf("%s: %+v, want %v on %s", c.name, m, c.value, c.split)
		}
	}
}

// An accuracy of a batch among many is no result where a whole set was measured,
// though it comes last; few rows that are always the same are a set.
func TestMeasuredOfBatches(t *testing.T) {
	seen := func(rows string, samples int, value float64) agent.Event {
		return agent.Event{Type: agent.EventMetric, Name: "accuracy", Split: "unknown", Value: &value, Samples: samples, Rows: rows}
	}
	var loop, tested []agent.Event
	for i := range 20 {
		loop = append(loop, seen(fmt.Sprint(i), 32, 0.99))
		tested = append(tested, seen("train", 1600, 0.99), seen("test", 50, 0.8))
	}
	for _, c := range []struct {
		name   string
		events []agent.Event
		value  float64
	}{
		{"whole set, then batches", append([]agent.Event{seen("test", 450, 0.8)}, append(loop, seen("last", 7, 0.97))...), 0.8},
		{"batches only", loop, 0.99},
		{"a small test in every epoch", tested, 0.8},
	} {
		if m := Measured(c.events, ""); m == nil || m.Value != c.value {
			t.Errorf("%s: %+v, want %v", c.name, m, c.value)
		}
	}
}

// What a model scores that has learned nothing is known of an accuracy only.
func TestMajority(t *testing.T) {
	value := 0.9
	for name, want := range map[string]float64{"accuracy": 0.2625, "f1": 0} {
		out := outcome{wanted: []string{name}}
		out.add(agent.Event{Type: agent.EventMetric, Name: name, Split: "test", Value: &value, Majority: 0.2625})
		if m := out.metric(name, func() string { return "" }); m == nil || m.Majority != want {
			t.Errorf("%s: %+v", name, m)
		}
	}
}
