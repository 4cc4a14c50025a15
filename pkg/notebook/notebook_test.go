package notebook

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// file is a notebook as Jupyter writes it, with sources in both forms.
const file = `{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": ["# lr = 9\n"]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [{"name": "stdout", "output_type": "stream", "text": ["lr = 0.1\n"]}],
   "source": [
    "%matplotlib inline\n",
    "lr = 0.1  # gr\u00f6\u00dfe \ud83d\ude42\n",
    "s = \"a\\n\""
   ]
  },
  {"source": "lr = 0.1\nepochs = 5\n", "metadata": {}, "cell_type": "code", "outputs": []},
  {"source": [], "metadata": {}, "cell_type": "code", "outputs": []},
  {"source": "%%bash\nlr = 0.1\n", "metadata": {}, "cell_type": "code", "outputs": []}
 ],
 "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
`

func read(t *testing.T, text string) *Notebook {
	t.Helper()
	n, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRead(t *testing.T) {
	n := read(t, file)
	blanks := func(s string) string { return strings.Repeat(" ", len(s)) }
	want := blanks("%matplotlib inline") + "\nlr = 0.1  # größe 🙂\ns = \"a\\n\"\n" +
		"lr = 0.1\nepochs = 5\n" + blanks("%%bash") + "\n" + blanks("lr = 0.1") + "\n"
	if diff := cmp.Diff(want, string(n.Text)); diff != "" {
		t.Error(diff)
	}
	var sources []string
	for _, c := range n.Cells {
		sources = append(sources, fmt.Sprint(c.Index, len(n.Text[c.Start:c.End])))
	}
	if diff := cmp.Diff([]string{"1 53", "2 20", "3 0", "4 16"}, sources); diff != "" {
		t.Error(diff)
	}
}

// replaced makes one replacement in the file.
func replaced(t *testing.T, text string, start, end int, by string) string {
	t.Helper()
	from, to, quoted, err := read(t, text).Replace(start, end, by)
	if err != nil {
		t.Fatal(err)
	}
	return text[:from] + quoted + text[to:]
}

func TestReplace(t *testing.T) {
	text := string(read(t, file).Text)
	for _, tt := range []struct{ old, by, was, is string }{
		{"0.1  #", "0.01  #", `"lr = 0.1  # gr`, `"lr = 0.01  # gr`},
		{"größe 🙂", "ü", `gr\u00f6\u00dfe \ud83d\ude42`, `ü`},
		{`"a\n"`, `"<\t>"`, `\"a\\n\"`, `\"<\\t>\"`},
		{"0.1\nepochs", "2\nepochs", `"lr = 0.1\nepochs`, `"lr = 2\nepochs`},
		{"epochs = 5", "epochs = 5\nx = 'é'", `epochs = 5\n"`, `epochs = 5\nx = 'é'\n"`},
	} {
		at := strings.Index(text, tt.old)
		got := replaced(t, file, at, at+len(tt.old), tt.by)
		if want := strings.Replace(file, tt.was, tt.is, 1); got != want {
			t.Errorf("%q for %q:\n%s", tt.by, tt.old, cmp.Diff(want, got))
		}
	}
}

func TestInsert(t *testing.T) {
	text := string(read(t, file).Text)
	at := strings.Index(text, "s = ")
	if got, want := replaced(t, file, at, at, "x\n"), strings.Replace(file, `"s = `, `"x\ns = `, 1); got != want {
		t.Error(cmp.Diff(want, got))
	}
	end := at + len(`s = "a\n"`)
	if got, want := replaced(t, file, end, end, "\ny"), strings.Replace(file, `a\\n\""`, `a\\n\"\ny"`, 1); got != want {
		t.Error(cmp.Diff(want, got))
	}
}

func TestRefusal(t *testing.T) {
	n := read(t, file)
	inUmlaut := strings.Index(string(n.Text), "ö") + 1
	for _, r := range [][2]int{{10, 60}, {-1, 3}, {5, 4}, {len(n.Text), len(n.Text) + 1}, {inUmlaut, inUmlaut}, {3, inUmlaut}} {
		if _, _, _, err := n.Replace(r[0], r[1], ""); err == nil {
			t.Errorf("Replace of %v: no error", r)
		}
	}
	empty := read(t, `{"nbformat": 4, "cells": [{"cell_type": "code", "source": []}]}`)
	if _, _, _, err := empty.Replace(0, 0, "x"); err == nil || !strings.Contains(err.Error(), "Jupyter") {
		t.Errorf("Replace in an empty cell: %v", err)
	}
	for _, tt := range []struct{ text, want string }{
		{"x = 1", "Jupyter"},
		{`{"nbformat": 3, "worksheets": []}`, "format 3"},
		{`{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "julia"}}}`, "julia"},
		{`{"nbformat": 4, "cells": 1}`, "list"},
		{`{"nbformat": 4, "cells": [1]}`, "object"},
		{`{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}`, "cell 0"},
	} {
		if _, err := Read([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want one with %q", tt.text, err, tt.want)
		}
	}
}

func TestBlank(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"Python", "x % y\nx != y\nf(a)\n", "x % y\nx != y\nf(a)\n"},
		{"magic", "%load_ext a\nx = 1\n", "           \nx = 1\n"},
		{"command", "!pip install x \\\n  y\nz", "                \n   \nz"},
		{"assigned", "a, b = !ls\nc = %pwd\nd = 1", "          \n        \nd = 1"},
		{"help", "x?\n?y\nz??\n", "  \n  \n   \n"},
		{"question in text", "# why?\ns = 'why?'\n", "# why?\ns = 'why?'\n"},
		{"time", "%time model.fit(x)", "pass; model.fit(x)"},
		{"a magic without its sign", "pip install x\npip = 1", "             \npip = 1"},
		{"in a block", "if a:\n    !pip install x\nb", "if a:\n    pass          \nb"},
		{"within brackets and strings", "x = (a\n% b)\ns = '''\n!ls\n'''\n", "x = (a\n% b)\ns = '''\n!ls\n'''\n"},
		{"after a continuation", "x = a \\\n% b\n", "x = a \\\n% b\n"},
		{"timed cell", "\n%%time\nx = 1\n", "\n      \nx = 1\n"},
		{"other language", "%%html\n<b>\n", "      \n   \n"},
		{"stray quote", "it's\n!ls\n", "it's\n   \n"},
		{"umlaut", "!ö\n", "   \n"},
	} {
		cell := []byte(tt.cell)
		blank(cell)
		if string(cell) != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, cell, tt.want)
		}
	}
}

// TestReplaceProperty edits cells of any text in either form: the file stays
// JSON, the edited cell reads as edited and nothing else changes.
func TestReplaceProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := rapid.SliceOfN(rapid.StringMatching(`[a-zé🙂"\\/<\n\t ]{0,12}`), 1, 4).Draw(t, "sources")
		var cells []any
		for _, s := range sources {
			var source any = s
			if rapid.Bool().Draw(t, "list") {
				source = strings.SplitAfter(s, "\n")
			}
			cells = append(cells, map[string]any{"cell_type": "code", "source": source, "outputs": []string{s}})
		}
		text, err := json.MarshalIndent(map[string]any{"nbformat": 4, "cells": cells}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		n, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(sources)-1).Draw(t, "cell")
		runes := []rune(sources[i])
		a := rapid.IntRange(0, len(runes)).Draw(t, "start")
		b := rapid.IntRange(a, len(runes)).Draw(t, "end")
		if a == len(runes) {
			return // empty, or the start of the next cell
		}
		start := n.Cells[i].Start + len(string(runes[:a]))
		by := rapid.StringMatching(`[a-zé🙂"\\/<\n ]{1,5}`).Draw(t, "by")
		from, to, quoted, err := n.Replace(start, start+len(string(runes[a:b])), by)
		if err != nil {
			t.Fatal(err)
		}
		edited := slices.Concat(text[:from], []byte(quoted), text[to:])
		var got struct {
			Cells []struct {
				Source  any      `json:"source"`
				Outputs []string `json:"outputs"`
			} `json:"cells"`
		}
		if err := json.Unmarshal(edited, &got); err != nil {
			t.Fatalf("%v in %s", err, edited)
		}
		for j, c := range got.Cells {
			want := sources[j]
			if j == i {
				want = string(runes[:a]) + by + string(runes[b:])
			}
			if s := joined(c.Source); s != want {
				t.Fatalf("cell %d is %q, want %q", j, s, want)
			}
			if c.Outputs[0] != sources[j] {
				t.Fatalf("output %d is %q", j, c.Outputs[0])
			}
		}
	})
}

func joined(source any) string {
	if s, ok := source.(string); ok {
		return s
	}
	var b strings.Builder
	for _, line := range source.([]any) {
		b.WriteString(line.(string))
	}
	return b.String()
}

func TestWhere(t *testing.T) {
	n := read(t, file)
	for text, want := range map[string][2]int{"lr = 0.1  #": {2, 2}, "s = ": {2, 3}, "epochs": {3, 2}} {
		if cell, line := n.Where(strings.Index(string(n.Text), text)); cell != want[0] || line != want[1] {
			t.Errorf("%q is at cell %d line %d, want %v", text, cell, line, want)
		}
	}
}
