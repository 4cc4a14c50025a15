package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// epochs is how long a full training of LCBench takes.
const epochs = 52

// A config is one point of LCBench's space, in the order of axes.
type config [7]float64

// An axis is a hyper-parameter, in the order that the model wants.
type axis struct {
	name       string
	role       string // in the words of package search
	low, high  float64
	log, whole bool
}

// axes are those of config_space.json; epochs come before them in the model.
var axes = [7]axis{
	{"batch_size", "batch_size", 16, 512, true, true},
	{"learning_rate", "learning_rate", 1e-4, 0.1, true, false},
	{"momentum", "momentum", 0.1, 0.99, false, false},
	{"weight_decay", "l2", 1e-5, 0.1, false, false},
	{"num_layers", "depth", 1, 5, false, true},
	{"max_units", "width", 64, 1024, true, true},
	{"max_dropout", "dropout", 0, 1, false, false},
}

// draw draws a value of the axis from its prior.
func (a axis) draw(rng *rand.Rand) float64 {
	x := rng.Float64()
	v := a.low + x*(a.high-a.low)
	if a.log {
		v = a.low * math.Pow(a.high/a.low, x)
	}
	if a.whole {
		v = math.Round(v)
	}
	return v
}

func draw(rng *rand.Rand) (c config) {
	for i, a := range axes {
		c[i] = a.draw(rng)
	}
	return c
}

// A surrogate predicts learning curves of LCBench.
type surrogate struct {
	graph *graph
	tasks map[string]int
}

func openSurrogate(dir string) (*surrogate, error) {
	g, err := readONNX(filepath.Join(dir, "model.onnx"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "encoding.json"))
	if err != nil {
		return nil, err
	}
	var encoding struct {
		Tasks map[string]int `json:"OpenML_task_id"`
	}
	if err := json.Unmarshal(text, &encoding); err != nil {
		return nil, fmt.Errorf("read encoding.json: %w", err)
	}
	delete(encoding.Tasks, "#na#")
	delete(encoding.Tasks, "167083") // encoded, but not in the configuration space
	return &surrogate{graph: g, tasks: encoding.Tasks}, nil
}

// A trainer trains configurations of one task, and remembers.
type trainer struct {
	*surrogate
	task string
	seen map[training]trained
}

type training struct {
	config   config
	from, to int
}

type trained struct {
	accuracy []float64
	seconds  float64 // an epoch
}

func (t trainer) train(c config, from, to int) (trained, error) {
	asked := training{c, from, to}
	if done, ok := t.seen[asked]; ok {
		return done, nil
	}
	accuracy, seconds, err := t.curve(t.task, c, from, to)
	t.seen[asked] = trained{accuracy, seconds}
	return t.seen[asked], err
}

// curve is the validation accuracy, a share of 1, after each of the epochs from
// to to, counted from 1, and the seconds that an epoch takes: the time of a full
// training spread evenly, since the predicted times are not monotone.
func (s *surrogate) curve(task string, c config, from, to int) (accuracy []float64, seconds float64, err error) {
	code, ok := s.tasks[task]
	if !ok {
		return nil, 0, fmt.Errorf("the surrogate has no task %s", task)
	}
	var at []int
	for e := from; e <= to; e++ {
		at = append(at, e)
	}
	out, err := s.predict(code, c, append(at, epochs))
	if err != nil {
		return nil, 0, err
	}
	const width = 6 // time, val_accuracy and four more
	for i := range at {
		accuracy = append(accuracy, float64(out.v[i*width+1])/100)
	}
	return accuracy, max(0.01, float64(out.v[len(at)*width])/epochs), nil
}

func (s *surrogate) predict(code int, c config, at []int) (tensor, error) {
	cat := tensor{dims: []int{len(at), 1}, whole: true}
	cont := tensor{dims: []int{len(at), 1 + len(c)}}
	for _, e := range at {
		cat.v = append(cat.v, float32(code))
		cont.v = append(cont.v, float32(e))
		for _, v := range c {
			cont.v = append(cont.v, float32(v))
		}
	}
	return s.graph.run(cat, cont)
}

// text writes a value as the search sees it: source text.
func (a axis) text(v float64) string {
	if a.whole {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
