package loop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlhook/mlhook/pkg/inspect"
)

// Where a program fails over what its packages have no more, it is told what to write.
func TestLostArgumentIsExplained(t *testing.T) {
	text := "from xgboost import XGBClassifier\nm = XGBClassifier()\nm.fit(X, y, eval_metric='auc')\nm.predict(Z)\n"
	program, err := inspect.Inspect(inspect.Source{FS: fstest.MapFS{"train.py": {Data: []byte(text)}},
		Classify: func(string) (string, error) { return "missing", nil }}, inspect.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	l := Loop{program: program}
	for failure, want := range map[string]string{
		"train.py:3: TypeError: unexpected keyword argument": "fit(eval_metric=) is not in xgboost 2.1 and later: give it to the class",
		"train.py:4: TypeError: unexpected keyword argument": "",
	} {
		if _, got, _ := strings.Cut(l.explained(failure), "; "); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", failure, got, want)
		}
	}
}

// A file that the commit lacks is told from one that is nowhere.
func TestMissingFileIsExplained(t *testing.T) {
	l := Loop{Top: t.TempDir(), program: &inspect.Program{Dir: "src"}}
	for _, name := range []string{"src/own.csv", "above.csv"} {
		if err := os.MkdirAll(filepath.Join(l.Top, "src"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(l.Top, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"own.csv":     `src/own.csv is in your working tree and not in the commit: commit it, or ` + "`git config --add mlhook.data \"own.csv\"`",
		"above.csv":   "it was started in src, and the file is there from .: `git config mlhook.dir .`",
		"nowhere.csv": "",
		"../../a.csv": "",
	} {
		failure := "src/train.py:1: FileNotFoundError: [Errno 2] No such file or directory: '" + name + "'"
		if got := strings.TrimPrefix(strings.TrimPrefix(l.explained(failure), failure), "; "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
