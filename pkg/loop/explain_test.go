package loop

import (
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
