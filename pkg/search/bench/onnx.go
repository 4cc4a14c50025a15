package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"google.golang.org/protobuf/encoding/protowire"
)

// A graph is an ONNX model, its nodes in the order of execution. Only the
// operations that the LCBench surrogate uses are known; they are tested against
// onnxruntime.
type graph struct {
	nodes   []node
	weights map[string]tensor
	inputs  []string
	output  string
}

type node struct {
	op      string
	in, out []string
	ints    map[string]int64
	floats  map[string]float64
	value   tensor // of a Constant
}

// A tensor of floats, or of integers that float32 holds exactly.
type tensor struct {
	dims  []int
	v     []float32
	whole bool // integers: Div truncates
}

// readONNX reads a model file; see onnx.proto for the numbers of the fields.
func readONNX(name string) (*graph, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	g := &graph{weights: map[string]tensor{}}
	err = fields(data, func(num protowire.Number, _ uint64, b []byte) error {
		if num != 7 { // ModelProto.graph
			return nil
		}
		return fields(b, g.field)
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return g, nil
}

func (g *graph) field(num protowire.Number, _ uint64, b []byte) error {
	switch num {
	case 1:
		n, err := readNode(b)
		g.nodes = append(g.nodes, n)
		return err
	case 5:
		name, t, err := readTensor(b)
		g.weights[name] = t
		return err
	case 11, 12: // ValueInfoProto
		return fields(b, func(field protowire.Number, _ uint64, b []byte) error {
			if field == 1 && num == 11 {
				g.inputs = append(g.inputs, string(b))
			} else if field == 1 {
				g.output = string(b)
			}
			return nil
		})
	}
	return nil
}

func readNode(data []byte) (n node, err error) {
	n.ints, n.floats = map[string]int64{}, map[string]float64{}
	err = fields(data, func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 1:
			n.in = append(n.in, string(b))
		case 2:
			n.out = append(n.out, string(b))
		case 4:
			n.op = string(b)
		case 5:
			return n.attribute(b)
		}
		return nil
	})
	return n, err
}

func (n *node) attribute(data []byte) error {
	var name string
	return fields(data, func(num protowire.Number, v uint64, b []byte) (err error) {
		switch num {
		case 1:
			name = string(b)
		case 2:
			n.floats[name] = float64(math.Float32frombits(uint32(v)))
		case 3:
			n.ints[name] = int64(v)
		case 5:
			_, n.value, err = readTensor(b)
		}
		return err
	})
}

const typeFloat, typeInt64 = 1, 7

func readTensor(data []byte) (name string, t tensor, err error) {
	var raw []byte
	kind := uint64(0)
	err = fields(data, func(num protowire.Number, v uint64, b []byte) error {
		switch {
		case num == 1 && b == nil:
			t.dims = append(t.dims, int(v))
		case num == 1: // packed
			for len(b) > 0 {
				d, n := protowire.ConsumeVarint(b)
				if n < 0 {
					return protowire.ParseError(n)
				}
				t.dims, b = append(t.dims, int(d)), b[n:]
			}
		case num == 2:
			kind = v
		case num == 8:
			name = string(b)
		case num == 9:
			raw = b
		}
		return nil
	})
	switch {
	case err != nil:
	case kind == typeFloat:
		for i := 0; i+4 <= len(raw); i += 4 {
			t.v = append(t.v, math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))
		}
	case kind == typeInt64:
		t.whole = true
		for i := 0; i+8 <= len(raw); i += 8 {
			t.v = append(t.v, float32(int64(binary.LittleEndian.Uint64(raw[i:]))))
		}
	default:
		err = fmt.Errorf("tensor %q has element type %d, not float or int64", name, kind)
	}
	if err == nil && len(t.v) != product(t.dims) {
		err = fmt.Errorf("tensor %q has %d raw elements for shape %v", name, len(t.v), t.dims)
	}
	return name, t, err
}

// fields calls read with each field of a protocol buffer: its number and, by
// wire type, the number or the bytes.
func fields(data []byte, read func(num protowire.Number, v uint64, b []byte) error) error {
	for len(data) > 0 {
		num, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		var v uint64
		var b []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var v32 uint32
			v32, n = protowire.ConsumeFixed32(data)
			v = uint64(v32)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			b, n = protowire.ConsumeBytes(data)
		default:
			return errors.New("a field has an unknown wire type")
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := read(num, v, b); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
