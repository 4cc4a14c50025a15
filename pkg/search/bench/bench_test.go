package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const reference = `
import json, sys
import numpy as np
import onnxruntime
given = json.load(sys.stdin)
session = onnxruntime.InferenceSession(given["model"])
cat = np.array(given["codes"], dtype=np.int32).reshape(-1, 1)
print(json.dumps(session.run(None, {"x_cat": cat, "x_cont": np.array(given["rows"], dtype=np.float32)})[0].tolist()))
`

// The reader gives what onnxruntime gives. The surrogate is input of a
// measurement and not part of the program, so that nothing requires this test.
func TestSurrogate(t *testing.T) {
	dir, python := os.Getenv("MLHOOK_TEST_SURROGATE"), os.Getenv("MLHOOK_TEST_PEER")
	if dir == "" || exec.Command(python, "-c", "import onnxruntime").Run() != nil {
		t.Skip("MLHOOK_TEST_SURROGATE names no directory of the LCBench surrogate, or MLHOOK_TEST_PEER no Python with onnxruntime")
	}
	sur, err := openSurrogate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(sur.tasks) != 34 {
		t.Errorf("%d tasks", len(sur.tasks))
	}
	rng := source("test")
	var codes []int
	var rows [][]float64
	var got [][]float32
	for _, code := range sur.tasks {
		c, epoch := draw(rng), 1+rng.IntN(epochs)
		out, err := sur.predict(code, c, []int{epoch})
		if err != nil {
			t.Fatal(err)
		}
		codes, rows, got = append(codes, code), append(rows, append([]float64{float64(epoch)}, c[:]...)), append(got, out.v)
	}
	asked, err := json.Marshal(map[string]any{"model": filepath.Join(dir, "model.onnx"), "codes": codes, "rows": rows})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", reference)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		in.Write(asked)
		in.Close()
	}()
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for i, row := range want {
		for j, w := range row {
			if g := float64(got[i][j]); math.Abs(g-w) > 1e-3*math.Abs(w)+1e-6 {
				t.Errorf("row %d, output %d: %g, onnxruntime %g", i, j, g, w)
			}
		}
	}
}

func TestOps(t *testing.T) {
	x := tensor{dims: []int{2, 3}, v: []float32{1, 2, 3, 4, 5, 6}}
	w := tensor{dims: []int{1, 3}, v: []float32{1, 0, -1}}
	if got := gemm(x, w, tensor{v: []float32{10}}); got.v[0] != 8 || got.v[1] != 8 {
		t.Errorf("gemm: %v", got)
	}
	if got := columns(x, 1, 3); got.v[0] != 2 || got.v[2] != 5 || got.dims[1] != 2 {
		t.Errorf("columns: %v", got)
	}
	last := tensor{v: []float32{-1}, dims: []int{1}}
	if got := gather(x, last, 1); got.v[0] != 3 || got.v[1] != 6 {
		t.Errorf("gather: %v", got)
	}
	odd, two := tensor{v: []float32{911}, whole: true}, tensor{v: []float32{2}, whole: true}
	if got := arithmetic("Div", odd, two); got.v[0] != 455 {
		t.Errorf("whole division: %v", got)
	}
	if got := concat([]tensor{x, {dims: []int{2, 1}, v: []float32{7, 8}}}); len(got.v) != 8 || got.v[3] != 7 || got.v[7] != 8 {
		t.Errorf("concat: %v", got)
	}
}
