package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

//go:embed peer.py
var peerScript string

// peer races Optuna in a Python that has optuna and onnxruntime; the costs come
// back by setup, then target.
func peer(python, dir string, setups []setup, workers int) (costs [][]cost, err error) {
	type bounds struct {
		Name  string  `json:"name"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
		Log   bool    `json:"log"`
		Whole bool    `json:"whole"`
	}
	var space []bounds
	for _, a := range axes {
		space = append(space, bounds{a.name, a.low, a.high, a.log, a.whole})
	}
	asked, err := json.Marshal(map[string]any{"surrogate": dir, "axes": space, "setups": setups, "workers": workers})
	if err != nil {
		return nil, err
	}
	// A file, since the workers of a process pool import the program again.
	script, err := os.CreateTemp("", "peer-*.py")
	if err != nil {
		return nil, err
	}
	defer os.Remove(script.Name())
	if _, err = script.WriteString(peerScript); errors.Join(err, script.Close()) != nil {
		return nil, err
	}
	cmd := exec.Command(python, script.Name())
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("race the peer (`%s -m pip install optuna onnxruntime` gives what it needs): %w", python, err)
	}
	lines := json.NewDecoder(bytes.NewReader(text))
	for {
		var c []cost
		if err := lines.Decode(&c); errors.Is(err, io.EOF) {
			return costs, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what the peer wrote: %w", err)
		}
		costs = append(costs, c)
	}
}
