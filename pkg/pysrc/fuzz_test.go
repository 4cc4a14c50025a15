package pysrc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "\xef\xbb\xbfa = f(b=1, *c, **d)\r\n", "if a:\n\tb\nelse:\n  c\n    d\n", "x = f'{a['b']:{w}}' rb'''\n'''\n",
		"match x:\n  case A(b=1) | [*_] if y: z\n", "with (a as b, c): pass\n", "@a\nasync def f[T](x: int = 1, /, *y) -> z: await x\n",
		"try: a\nexcept* (A, B) as e: b\nfinally: c", "a = (\n'''", "f'{f'{f'{", "f'{(\nf\"{[\n", "def f(:\n x\n )]}\nclass", "\\", "\\\n", "0x", "1e", "'\\", "a.\n", "type X[T] = 1",
		"@00\n@0A\n", "lambda *, a=1: (yield), [x async for x in y if lambda: z]", "del a, b; raise c from d; assert e, f; global g, h\n", "\"\"\"a\"\"\"b\n\"\"\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) { sound(t, src) })
}

// sound holds what is true of every source, however damaged.
func sound(t *testing.T, src []byte) {
	t.Helper()
	f := Parse(src)
	bounds := f.Span()
	var down func(n Node, depth int)
	down = func(n Node, depth int) {
		r := n.Span()
		if r.Start > r.End || r.Start < bounds.Start || r.End > bounds.End {
			t.Fatalf("%T %v is outside of the source", n, r)
		}
		last := 0
		for _, c := range Children(n) {
			in := c.Span()
			if _, ok := n.(*File); !ok && (in.Start < r.Start || in.End > r.End) && !decorates(n, c) {
				t.Fatalf("%T %v is outside of its parent %T %v", c, in, n, r)
			}
			if in.Start < last {
				t.Fatalf("%T %v begins before its elder sibling in %T", c, in, n)
			}
			last = in.Start
			if depth < 10000 {
				down(c, depth+1)
			}
		}
	}
	down(f, 0)
	for _, p := range f.Problems {
		if p.Start < 0 || p.Start > p.End || p.End > len(src) || p.Line < 1 {
			t.Fatalf("problem %+v is outside of the source", p)
		}
	}
	if l := scan(src); l.steps > 20*(len(src)+50) {
		t.Fatalf("%d bytes took %d steps", len(src), l.steps)
	}
}

// decorates tells whether c is a decorator of n, which stands before n.
func decorates(n, c Node) bool {
	switch n.(type) {
	case *Def, *Class:
		return c.Span().Start < n.Span().Start
	}
	return false
}

// TestLinear reads sources that made slower readers quadratic.
func TestLinear(t *testing.T) {
	for _, piece := range []string{
		"(", ")", "([{", "f(\n", "'''", `"""`, "a'''", "f'{", "f'{(\n", "f'''{", "f\"{'", "x = [\n\n\n", "\n", "#\n", "\\\n", " ", "if a:\n",
		"match ", "match x:\n", "with (", "with (a, ", "a.", "a+", "-", "not ", "lambda: ", "a if b else ", "**", "a**", "f'''{'''", "rf'\\", "@a\n", "@", "else:\n", "(a,", "async ", "if (a\n", "'", "\r", "a=", "[x for x in ", "type x[", "\t", ";",
	} {
		steps := func(n int) int {
			l := scan([]byte(strings.Repeat(piece, n)))
			Parse(l.src)
			return l.steps
		}
		small, large := steps(1000), steps(10000)
		if large > 15*small+1000 {
			t.Errorf("%q: %d steps for 1,000 of it, %d for 10,000", piece, small, large)
		}
		sound(t, []byte(strings.Repeat(piece, 2000)))
	}
}

// TestDamagedFiles damages real files at every fifth byte in turn.
func TestDamagedFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.py"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no Python files in testdata: %v", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(src); i += 5 {
			sound(t, src[:i])
			for _, insert := range []string{"(", "]", "'", `"""`, "\\", ":"} {
				sound(t, []byte(string(src[:i])+insert+string(src[i:])))
			}
		}
	}
}
