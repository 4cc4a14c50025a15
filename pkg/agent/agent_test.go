package agent_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

func TestExtractOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := agent.Extract(dir)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(first, "mlhook_agent", "server.py"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := agent.Extract(dir)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(second, "mlhook_agent", "server.py"))
	if err != nil {
		t.Fatal(err)
	}
	if first != second || !os.SameFile(before, after) {
		t.Errorf("the second call wrote the files again: %s, %s", first, second)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

func TestWriteRequestKeepsTheFirst(t *testing.T) {
	dir := t.TempDir()
	r := agent.Request{V: agent.Version, Op: agent.OpRun, Trial: 3, Attempt: 2, Script: "a.py"}
	for _, script := range []string{"a.py", "b.py"} {
		r.Script = script
		if err := agent.WriteRequest(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "run-3-2.json"))
	if err != nil || !strings.Contains(string(text), `"a.py"`) {
		t.Errorf("%s %v", text, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if err := agent.WriteRequest(filepath.Join(dir, "none"), r); err == nil {
		t.Error("no error for a directory that is not there")
	}
}

func TestReadEventsFromHostileFile(t *testing.T) {
	line := func(seq int) string { return fmt.Sprintf(`{"v":1,"seq":%d,"type":"begin"}`+"\n", seq) }
	long := `{"v":1,"type":"warning","text":"` + strings.Repeat("x", 1<<20) + `"}` + "\n"
	tests := []struct {
		name, text string
		want       []string
		next       int // 0: all of it
	}{
		{"nothing", "", nil, 0},
		{"two", line(0) + line(1), []string{"begin", "begin"}, 0},
		{"torn", line(0) + `{"v":1,"ty`, []string{"begin"}, len(line(0))},
		{"torn alone", `{"v":1`, nil, -1},
		{"not JSON", "\x00\xff{\n" + line(1), []string{"warning", "begin"}, 0},
		{"NaN", `{"v":1,"type":"metric","value":NaN}` + "\n" + line(1), []string{"warning", "begin"}, 0},
		{"infinity", `{"v":1,"type":"metric","value":1e999}` + "\n", []string{"warning"}, 0},
		{"other version", `{"v":2,"type":"metric"}` + "\n", []string{"warning"}, 0},
		{"long", long + line(1), []string{"warning", "begin"}, 0},
		{"empty lines", "\n\n" + line(0), []string{"begin"}, 0},
		{"null", "null\n[]\n7\n", []string{"warning", "warning", "warning"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events, next, err := agent.ReadEvents(strings.NewReader(test.text), 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range events {
				got = append(got, e.Type)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			want := int64(test.next)
			if want == 0 {
				want = int64(len(test.text))
			}
			if next != max(want, 0) {
				t.Errorf("next %d, want %d", next, want)
			}
		})
	}
}

// Read in pieces of any size, an event file gives the same events.
func TestReadEventsAsTheyCome(t *testing.T) {
	var file []byte
	for i := range 20 {
		file = fmt.Appendf(file, `{"v":1,"seq":%d,"type":"curve"}`+"\n", i)
	}
	for step := 1; step < 80; step += 7 {
		var offset int64
		var seen []int
		for size := 0; offset < int64(len(file)); size = min(size+step, len(file)) {
			events, next, err := agent.ReadEvents(bytes.NewReader(file[:size]), offset)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				seen = append(seen, e.Seq)
			}
			offset = next
		}
		if len(seen) != 20 || seen[0] != 0 || seen[19] != 19 {
			t.Errorf("step %d: %v", step, seen)
		}
	}
}

// No line, however long, stops the reader.
func TestReadEventsPassesEndlessLine(t *testing.T) {
	file := append(bytes.Repeat([]byte("x"), 20<<20), "\n"+`{"v":1,"seq":1,"type":"begin"}`+"\n"...)
	var offset int64
	var last agent.Event
	for range 10 {
		events, next, err := agent.ReadEvents(bytes.NewReader(file), offset)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) > 0 {
			last = events[len(events)-1]
		}
		offset = next
	}
	if offset != int64(len(file)) || last.Type != agent.EventBegin {
		t.Errorf("at %d of %d, last %+v", offset, len(file), last)
	}
}

// All events of a file are those of every piece, up to where nobody asks for more.
func TestEvents(t *testing.T) {
	const all = 600_000 // more than are read at once
	var file []byte
	for i := range all {
		file = fmt.Appendf(file, `{"v":1,"seq":%d,"type":"curve"}`+"\n", i)
	}
	n := 0
	for e, err := range agent.Events(bytes.NewReader(file)) {
		if err != nil || e.Seq != n {
			t.Fatal(n, e, err)
		}
		n++
	}
	if n != all {
		t.Error(n)
	}
	for e := range agent.Events(bytes.NewReader(file)) {
		if e.Seq == 2 {
			break
		}
	}
	n = 0
	for _, err := range agent.Events(broken{}) {
		if n++; err == nil || n > 1 {
			t.Error(n, err)
		}
	}
}

// broken is a file that cannot be read.
type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }

func FuzzReadEvents(f *testing.F) {
	f.Add([]byte(`{"v":1,"seq":0,"type":"metric","value":0.5}`+"\n"), int64(0))
	f.Add([]byte("\n{\n"), int64(1))
	f.Fuzz(func(t *testing.T, data []byte, offset int64) {
		if offset < 0 || offset > int64(len(data)) {
			return
		}
		_, next, err := agent.ReadEvents(bytes.NewReader(data), offset)
		if err != nil || next < offset || next > int64(len(data)) {
			t.Errorf("next %d after %d of %d: %v", next, offset, len(data), err)
		}
	})
}
