package pysrc

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kinds writes the statements of a file, each behind its kind.
func kinds(f *File) []string {
	var out []string
	for _, s := range f.Body {
		out = append(out, kindOf(s)+" "+f.Text(s))
	}
	return out
}

func kindOf(s Stmt) string {
	switch s := s.(type) {
	case *Import, *ImportFrom:
		return "import"
	case *Assign:
		return s.Op
	case *ExprStmt:
		return "expr"
	case *Def:
		return "def"
	case *Class:
		return "class"
	case *Block:
		return s.Keyword
	case *Simple:
		return s.Keyword
	case *Bad:
		return "bad"
	}
	return "?"
}

func TestStatements(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      []string
	}{
		{"empty", "", nil},
		{"comment", "# x\n\n   # y", nil},
		{"no end of line", "a", []string{"expr a"}},
		{"BOM", "\xef\xbb\xbfa = 1\n", []string{"= a = 1"}},
		{"CRLF", "if a:\r\n\tb\r\nc\r\n", []string{"if if a:\r\n\tb", "expr c"}},
		{"CR", "a\rb\r", []string{"expr a", "expr b"}},
		{"form feed", "if a:\n    b\n\f\nc\n", []string{"if if a:\n    b", "expr c"}},
		{"continuation", "a = \\\n  1\n", []string{"= a = \\\n  1"}},
		{"semicolons", "a; b = 1; pass;\n", []string{"expr a", "= b = 1", "pass pass"}},
		{"soft keywords", "match = case = type = 1\nmatch(x)\nmatch[x]: int = 1\ntype(x).y\ntype = 3\nprint(_)\n",
			[]string{"= match = case = type = 1", "expr match(x)", "= match[x]: int = 1", "expr type(x).y", "= type = 3", "expr print(_)"}},
		{"match", "match x, y:\n    case [1, *_] if z: pass\n    case A.B(c=1) | {'k': v, **r} as w:\n        pass\na\n",
			[]string{"match match x, y:\n    case [1, *_] if z: pass\n    case A.B(c=1) | {'k': v, **r} as w:\n        pass", "expr a"}},
		{"type alias", "type X[T: int = str, *Ts, **P] = list[T]\n", []string{"type type X[T: int = str, *Ts, **P] = list[T]"}},
		{"generic", "def f[T](x: T) -> T: return x\nclass A[T](B, metaclass=M): pass\n",
			[]string{"def def f[T](x: T) -> T: return x", "class class A[T](B, metaclass=M): pass"}},
		{"except without brackets", "try: a\nexcept A, B: b\nexcept* C as e: c\n", []string{"try try: a\nexcept A, B: b\nexcept* C as e: c"}},
		{"f-string with its own quotes", "x = f'{a['b']:>{w}} {{ {\nc!r} \\N{DASH}'\ny = t\"{x}\"\n",
			[]string{"= x = f'{a['b']:>{w}} {{ {\nc!r} \\N{DASH}'", "= y = t\"{x}\""}},
		{"with in brackets", "with (a as b, c as d,): pass\nwith (a), (b): pass\nwith (a, b) as c: pass\n",
			[]string{"with with (a as b, c as d,): pass", "with with (a), (b): pass", "with with (a, b) as c: pass"}},
		{"decorated", "@a(1)\n@b\nasync def f(): pass\n", []string{"def async def f(): pass"}},
		{"number before a word", "a = 1if b else 0x1for c\n", []string{"= a = 1if b else 0x1for c"}},
		{"any characters", "größe = '漢字🙂'\n", []string{"= größe = '漢字🙂'"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse([]byte(tt.src))
			if len(f.Problems) > 0 {
				t.Errorf("problem: %+v", f.Problems[0])
			}
			if diff := cmp.Diff(tt.want, kinds(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDamage names, for damaged sources, the statements that must survive.
func TestDamage(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      []string
	}{
		{"print of Python 2", "print x, y\na = 1\n", []string{"bad print x, y", "= a = 1"}},
		{"exec and backticks", "exec 'x'\nb = `a`\nc = 0777L\nd = 1\n", []string{"bad exec 'x'", "bad b = `a`", "bad c = 0777L", "= d = 1"}},
		{"missing bracket", "a = f(1,\n      2\nb = g(x=1)\n", []string{"bad a = f(1,\n      2", "= b = g(x=1)"}},
		{"missing bracket in a header", "def f(a, b:\n    x = 1\n    return x\ny\n",
			[]string{"bad def f(a, b:", "= x = 1", "return return x", "expr y"}},
		{"missing bracket in a block", "def f():\n    a = [1, (2\n    return a\nb\n",
			[]string{"def def f():\n    a = [1, (2\n    return a", "expr b"}},
		{"missing bracket at the end", "a\nb = f(", []string{"expr a", "bad b = f("}},
		{"extra closer", "a = f(1))\nb = 2\n", []string{"bad a = f(1))", "= b = 2"}},
		{"wrong closer", "a = f(1]\nb = 2\n", []string{"bad a = f(1]", "= b = 2"}},
		{"keyword at column 0 stays", "a = f(\nb=1,\nc=2)\n", []string{"= a = f(\nb=1,\nc=2)"}},
		{"stray quote", "a = f('x)\nb = 1\n", []string{"bad a = f('x)", "= b = 1"}},
		{"stray triple quote", "a = f\"\"\"(1)\nb = 2\ndef g():\n    \"\"\"Do.\"\"\"\n", []string{"bad a = f\"\"\"(1)", "= b = 2", "def def g():\n    \"\"\"Do.\"\"\""}},
		{"open triple quote", "a = 1\nb = '''text\nc = 3\n", []string{"= a = 1", "bad b = '''text", "= c = 3"}},
		{"triple quote before a docstring", "a = \"\"\"\nb = 2\ndef g():\n    \"\"\"\n    Do.\n    \"\"\"\n",
			[]string{"bad a = \"\"\"", "= b = 2", "def def g():\n    \"\"\"\n    Do.\n    \"\"\""}},
		{"else alone", "else:\n    a\nb\n", []string{"bad else:", "expr a", "expr b"}},
		{"bad clause", "if a:\n    b\nelif (:\n    c\nd\n", []string{"if if a:\n    b", "bad elif (:", "expr c", "expr d"}},
		{"unexpected indent", "a\n    b\nc\n", []string{"expr a", "expr b", "expr c"}},
		{"unindent to no outer level", "if a:\n        b\n    c\nd\n", []string{"if if a:\n        b", "expr c", "expr d"}},
		{"missing block", "if a:\nb\n", []string{"if if a:", "expr b"}},
		{"decorator", "@a(\n@b(1)\ndef f(): pass\n", []string{"bad @a(", "def def f(): pass"}},
		{"decorator of nothing", "@a(1)\nb = 2\n", []string{"expr a(1)", "bad b = 2"}},
		{"bad case", "match a:\n    case 1:\n        b\n    case (:\n        c\nd\n",
			[]string{"match match a:\n    case 1:\n        b\n    case (:\n        c", "expr d"}},
		{"runaway f-string", "a = f'{\nb = 1\n", []string{"bad a = f'{", "= b = 1"}},
		{"zero byte", "a = \x00\nb\n", []string{"bad a = \x00", "expr b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse([]byte(tt.src))
			if len(f.Problems) == 0 && !strings.HasSuffix(tt.name, "stays") {
				t.Error("no problem noted")
			}
			if diff := cmp.Diff(tt.want, kinds(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTree(t *testing.T) {
	const src = "(a.b)(1, *c, d='\\x41\\n', **e)[1:2, ...] - not_ ** -x if y is not z not in w else lambda p, *q: 0\n"
	f := Parse([]byte(src))
	var got []string
	Walk(f, func(n Node) bool {
		if _, ok := n.(*File); !ok {
			got = append(got, f.Text(n))
		}
		return true
	})
	want := []string{
		strings.TrimSpace(src), strings.TrimSpace(src),
		"(a.b)(1, *c, d='\\x41\\n', **e)[1:2, ...] - not_ ** -x",
		"(a.b)(1, *c, d='\\x41\\n', **e)[1:2, ...]",
		"(a.b)(1, *c, d='\\x41\\n', **e)", "a.b", "a", "1", "*c", "c", "d='\\x41\\n'", "'\\x41\\n'", "**e", "e",
		"1:2, ...", "1:2", "1", "2", "...",
		"not_ ** -x", "not_", "-x", "x",
		"y is not z not in w", "y is not z", "y", "z", "w",
		"lambda p, *q: 0", "p", "*q", "0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want []string // below the statement
	}{
		{"assert (a), (b)\n", []string{"a", "b"}},
		{"del (a, b)\n", []string{"(a, b)"}},
		{"del (a), b,\n", []string{"a", "b"}},
		{"raise (a) from (b)\n", []string{"a", "b"}},
		{"return (a), (b)\n", []string{"(a), (b)"}},
		{"return *a, b\n", []string{"*a, b"}},
		{"f((a) for a in (b))\n", []string{"f((a) for a in (b))"}},
	} {
		f := Parse([]byte(tt.src))
		var got []string
		for _, n := range Children(f.Body[0]) {
			got = append(got, f.Text(n))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || len(f.Problems) > 0 {
			t.Errorf("%s: %v\n%s", tt.src, f.Problems, diff)
		}
	}
	f := Parse([]byte("f((a) for a in (b))"))
	call := f.Body[0].(*ExprStmt).X.(*Call)
	if got := f.Text(call.Args[0]); got != "((a) for a in (b))" {
		t.Errorf("the generator is %s", got)
	}
}

func TestString(t *testing.T) {
	for _, tt := range []struct {
		src, value    string
		plain, format bool
	}{
		{`'a'`, "a", true, false},
		{`""`, "", true, false},
		{`u"a\tb\x41\101\u00e9\U0001F642\q\'"`, "a\tbAA\u00e9\U0001F642\\q'", true, false},
		{`r'\n'`, `\n`, true, false},
		{"'''a\r\nb\\\nc'''", "a\nbc", true, false},
		{`b'a'`, "", false, false},
		{`f'a'`, "", false, true},
		{`'a' Rb'b'`, "", false, false},
		{`'a' rF'b'`, "", false, true},
		{`'\N{DASH}'`, "", false, false},
		{`'\x4'`, "", false, false},
		{`'\`, "", false, false},
	} {
		f := Parse([]byte(tt.src))
		x, ok := f.Body[0].(*ExprStmt)
		if !ok {
			if _, bad := f.Body[0].(*Bad); !bad || tt.plain {
				t.Errorf("%s: got %T", tt.src, f.Body[0])
			}
			continue
		}
		s := x.X.(*String)
		if s.Value != tt.value || s.Plain != tt.plain || s.Format != tt.format {
			t.Errorf("%s: got %q, plain %v, format %v", tt.src, s.Value, s.Plain, s.Format)
		}
	}
}

func TestLine(t *testing.T) {
	f := Parse([]byte("a\r\nb\rc\n\nd"))
	for offset, want := range []int{1, 1, 1, 2, 2, 3, 3, 4, 5} {
		if got := f.Line(offset); got != want {
			t.Errorf("Line(%d) = %d, want %d", offset, got, want)
		}
	}
}
