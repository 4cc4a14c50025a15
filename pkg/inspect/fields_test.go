package inspect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFieldsAreDocumented holds that every field of the JSON form says what it
// is, in `mlhook inspect --help` and in the README.
func TestFieldsAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range Fields() {
		if f.Doc == "" || f.Name == "" || strings.HasSuffix(f.Name, ".") {
			t.Errorf("the field %q has no json and doc tag", f.Name)
		}
		documented[f.Name] = true
	}
	// What is printed, not what the types say.
	var printed any
	text, err := os.ReadFile(filepath.Join("testdata", "data_paths.json"))
	if err == nil {
		err = json.Unmarshal(text, &printed)
	}
	if err != nil {
		t.Fatal(err)
	}
	var walk func(v any, prefix string)
	walk = func(v any, prefix string) {
		switch v := v.(type) {
		case map[string]any:
			for name, value := range v {
				if !documented[prefix+name] {
					t.Errorf("%s is printed and not documented", prefix+name)
				}
				walk(value, prefix+name+".")
			}
		case []any:
			for _, one := range v {
				walk(one, strings.TrimSuffix(prefix, ".")+"[].")
			}
		}
	}
	walk(printed, "")
	readme := filepath.Join("..", "..", "README.md")
	text, err = os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- fields: written by `go test ./pkg/inspect -update` -->\n", "<!-- end of fields -->\n"
	head, rest, ok := strings.Cut(string(text), begin)
	old, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("the README has no place for the fields")
	}
	var b strings.Builder
	for line := range strings.Lines(Document()) {
		b.WriteString("    " + line)
	}
	if want := b.String(); old != want {
		if !*update {
			t.Fatal("the fields in the README are not those of today; write them with -update")
		}
		if err := os.WriteFile(readme, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
