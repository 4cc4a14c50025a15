package main

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/gonum"
)

// run evaluates the graph on one tensor for each input.
func (g *graph) run(inputs ...tensor) (tensor, error) {
	known := map[string]tensor{}
	for i, name := range g.inputs {
		known[name] = inputs[i]
	}
	for _, n := range g.nodes {
		var in []tensor
		for _, name := range n.in {
			t, ok := known[name]
			if !ok {
				t = g.weights[name]
			}
			in = append(in, t)
		}
		out, err := n.eval(in)
		if err != nil {
			return out, err
		}
		known[n.out[0]] = out
	}
	return known[g.output], nil
}

func (n node) eval(in []tensor) (tensor, error) {
	switch n.op {
	case "Constant":
		return n.value, nil
	case "Cast":
		return in[0], nil // to float32 in every case
	case "Shape":
		t := tensor{dims: []int{len(in[0].dims)}, whole: true}
		for _, d := range in[0].dims {
			t.v = append(t.v, float32(d))
		}
		return t, nil
	case "Add", "Sub", "Mul", "Div":
		return arithmetic(n.op, in[0], in[1]), nil
	case "Log", "Exp", "Relu", "Sigmoid":
		return each(in[0], functions[n.op]), nil
	case "Unsqueeze":
		t := in[0]
		t.dims = slices.Insert(slices.Clone(t.dims), int(in[1].v[0]), 1)
		return t, nil
	case "Gather":
		return gather(in[0], in[1], int(n.ints["axis"])), nil
	case "Slice":
		last := in[0].dims[len(in[0].dims)-1]
		return columns(in[0], int(in[1].v[0]), min(last, int(in[2].v[0]))), nil // along the last axis
	case "Concat":
		return concat(in), nil
	case "Gemm":
		return gemm(in[0], in[1], in[2]), nil
	case "BatchNormalization":
		return normalise(in[0], in[1], in[2], in[3], in[4], float32(n.floats["epsilon"])), nil
	}
	return tensor{}, fmt.Errorf("the surrogate uses the operation %s, which this reader does not know", n.op)
}

var functions = map[string]func(float64) float64{
	"Log": math.Log, "Exp": math.Exp,
	"Relu":    func(x float64) float64 { return max(x, 0) },
	"Sigmoid": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
}

func each(t tensor, f func(float64) float64) tensor {
	out := tensor{dims: t.dims, v: make([]float32, len(t.v))}
	for i, x := range t.v {
		out.v[i] = float32(f(float64(x)))
	}
	return out
}

// arithmetic works on equal shapes, or on a tensor and a scalar.
func arithmetic(op string, a, b tensor) tensor {
	out := a
	if len(b.v) > len(a.v) {
		out.dims = b.dims
	}
	out.v = make([]float32, max(len(a.v), len(b.v)))
	for i := range out.v {
		x, y := a.v[i%len(a.v)], b.v[i%len(b.v)]
		switch op {
		case "Add":
			x += y
		case "Sub":
			x -= y
		case "Mul":
			x *= y
		case "Div":
			x /= y
		}
		if a.whole && op == "Div" {
			x = float32(math.Trunc(float64(x)))
		}
		out.v[i] = x
	}
	return out
}

// gather picks along an axis; an index may count from the end.
func gather(t, index tensor, axis int) tensor {
	outer, size, inner := product(t.dims[:axis]), t.dims[axis], product(t.dims[axis+1:])
	out := tensor{whole: t.whole, dims: slices.Concat(t.dims[:axis], index.dims, t.dims[axis+1:])}
	for o := range outer {
		for _, at := range index.v {
			i := (int(at) + size) % size
			start := (o*size + i) * inner
			out.v = append(out.v, t.v[start:start+inner]...)
		}
	}
	return out
}

func columns(t tensor, from, to int) tensor {
	width := t.dims[len(t.dims)-1]
	out := tensor{dims: []int{len(t.v) / width, to - from}}
	for row := 0; row < len(t.v); row += width {
		out.v = append(out.v, t.v[row+from:row+to]...)
	}
	return out
}

// concat joins along the last axis.
func concat(all []tensor) tensor {
	rows, width := all[0].dims[0], 0
	for _, t := range all {
		width += len(t.v) / rows
	}
	out := tensor{dims: []int{rows, width}}
	for r := range rows {
		for _, t := range all {
			w := len(t.v) / rows
			out.v = append(out.v, t.v[r*w:(r+1)*w]...)
		}
	}
	return out
}

var blas gonum.Implementation

// gemm is x times the transpose of w, plus a bias. A row of w stays in the
// cache for all rows of x.
func gemm(x, w, bias tensor) tensor {
	rows, size, width := x.dims[0], x.dims[1], w.dims[0]
	out := tensor{dims: []int{rows, width}, v: make([]float32, rows*width)}
	for j := range width {
		weights := w.v[j*size : (j+1)*size]
		for r := range rows {
			out.v[r*width+j] = blas.Sdot(size, x.v[r*size:(r+1)*size], 1, weights, 1) + bias.v[j]
		}
	}
	return out
}

func normalise(x, scale, bias, mean, variance tensor, epsilon float32) tensor {
	out := tensor{dims: x.dims, v: make([]float32, len(x.v))}
	for i, v := range x.v {
		c := i % len(scale.v)
		out.v[i] = (v-mean.v[c])/float32(math.Sqrt(float64(variance.v[c]+epsilon)))*scale.v[c] + bias.v[c]
	}
	return out
}
