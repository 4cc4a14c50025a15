package project

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestEnviron(t *testing.T) {
	for what, c := range map[string]struct {
		text string
		want map[string]string
	}{
		"assigned": {"import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\nos.environ['LATE'] = 'x'\n", map[string]string{"KERAS_BACKEND": "torch"}},
		"default":  {"import os as o\no.environ.setdefault('A', '1')\no.environ.setdefault('A', '2')\nfrom tensorflow import keras\n", map[string]string{"A": "1"}},
		"update":   {"from os import environ\nenviron.update({'A': '1', 'B': '2'})\nenviron['A'] = '3'\n", map[string]string{"A": "3", "B": "2"}},
		"unknown":  {"import os\nos.environ['A'] = str(1)\nos.environ[a] = 'b'\nif c:\n    os.environ['B'] = '1'\nd['C'] = '2'\n", map[string]string{}},
		"later":    {"import numpy, torch\nimport os\nos.environ['A'] = '1'\n", map[string]string{}},
	} {
		p, err := New(fstest.MapFS{"train.py": {Data: []byte(c.text)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		program, err := p.Closure("train.py")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, program[0].Environ()); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}
