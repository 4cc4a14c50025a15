package pysrc

import (
	"bytes"
	"testing"
)

func TestMeaning(t *testing.T) {
	const src = "import a\n\ndef f(x):\n    return x + 1  # one\n\nmodel = f(\n    x=2,\n)\n"
	for what, c := range map[string]struct {
		other string
		same  bool
	}{
		"comments":          {"# new\nimport a  # why\n\ndef f(x):\n    # of it\n    return x + 1\n\nmodel = f(\n    # two\n    x=2,\n)\n", true},
		"white space":       {"import  a\ndef f( x ):\n\treturn x+1\n\n\n\nmodel = f(x = 2,)", true},
		"line ends":         {"import a\r\n\r\ndef f(x):\r\n    return x + 1\r\nmodel = f(x=2,)\r\n", true},
		"continued line":    {"import a\ndef f(x):\n  return x \\\n    + 1\nmodel = f(x=2,)\n", true},
		"value":             {"import a\n\ndef f(x):\n    return x + 1\n\nmodel = f(\n    x=3,\n)\n", false},
		"commented out":     {"import a\n\ndef f(x):\n    return x + 1\n\n# model = f(x=2,)\n", false},
		"out of its block":  {"import a\n\ndef f(x):\n    return x\n+ 1\n\nmodel = f(\n    x=2,\n)\n", false},
		"split into two":    {"import a\n\ndef f(x):\n    return x + 1\n\nmode\nl = f(\n    x=2,\n)\n", false},
		"cannot be read":    {"import a\n\ndef f(x):\n    return x + 1\n\nmodel = f((\n    x=2,\n)\n", false},
		"declared encoding": {"# -*- coding: latin-1 -*-\nimport a\n\ndef f(x):\n    return x + 1\n\nmodel = f(\n    x=2,\n)\n", false},
	} {
		if bytes.Equal(Meaning([]byte(src)), Meaning([]byte(c.other))) != c.same {
			t.Errorf("%s: same is not %v", what, c.same)
		}
	}
	for _, src := range []string{"x = '#1'\n", "x = '''a\n# 1\n'''\n", "x = f'{a}# 1'\n"} {
		if other := bytes.ReplaceAll([]byte(src), []byte("1"), []byte("2")); bytes.Equal(Meaning([]byte(src)), Meaning(other)) {
			t.Errorf("%q: what is in a string counts", src)
		}
	}
	if bytes.Equal(Meaning([]byte("if a:\n    b\nc\n")), Meaning([]byte("if a:\n    b\n    c\n"))) {
		t.Error("blocks count")
	}
}
