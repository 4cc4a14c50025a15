package plain

import (
	"strings"
	"testing"
)

var texts = []struct{ text, plain string }{
	{"", ""},
	{"accuracy\t0.9\nnaïve 模型", "accuracy\t0.9\nnaïve 模型"},
	{"\x1b]0;owned\x07\x1b[2J boom", " boom"},
	{"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
	{"\x1b[1;31mred\x1b[0m", "red"},
	{"\u009b2Jcleared \u009d0;owned\u009c", "cleared "},
	{"\x1bPq#0\x1b\\sixel", "sixel"},
	{"\x1b(B\x1bcreset", "reset"},
	{"open \x1b]0;to the end\nof the line", "open \nof the line"},
	{"bell\a back\b nul\x00 del\x7f", "bell back nul del"},
	{"user\u202e txt.exe", "user txt.exe"},
	{"a lone \x1b", "a lone "},
}

func TestText(t *testing.T) {
	for _, c := range texts {
		if got := Text(c.text); got != c.plain {
			t.Errorf("%q: %q, want %q", c.text, got, c.plain)
		}
	}
	if got := Text("10 %\r100 %\r\n"); got != "10 %\n100 %\n" {
		t.Errorf("progress bar: %q", got)
	}
}

// What is written in pieces comes out as what is written at once.
func TestTerminal(t *testing.T) {
	for _, c := range texts {
		var out strings.Builder
		w := Terminal(&out)
		for i := range len(c.text) {
			if n, err := w.Write([]byte{c.text[i]}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if out.String() != c.plain {
			t.Errorf("%q: %q, want %q", c.text, out.String(), c.plain)
		}
	}
}

func FuzzTerminal(f *testing.F) {
	for _, c := range texts {
		f.Add(c.text, len(c.text)/2)
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		var out strings.Builder
		w := Terminal(&out)
		at = min(max(0, at), len(text))
		w.Write([]byte(text[:at]))
		w.Write([]byte(text[at:]))
		if strings.ContainsFunc(out.String(), func(c rune) bool { return dropped(c) && !strings.ContainsRune("\t\n\r", c) }) {
			t.Errorf("%q", out.String())
		}
	})
}
