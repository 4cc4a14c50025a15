package inspect

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// What a parameter holds is asked for through eight functions, each of which
// calls the next one thirty times: far more ways than anyone can go.
func TestManyWays(t *testing.T) {
	var text strings.Builder
	text.WriteString("import pandas as pd\nfrom sklearn.svm import SVC\n")
	text.WriteString("def f8(x, y, p, m):\n    pd.read_csv(p)\n    m.fit(x, y)\n    print(m.score(x, y))\n")
	for n := 7; n > 0; n-- {
		fmt.Fprintf(&text, "def f%d(x, y, p, m):\n%s", n, strings.Repeat(fmt.Sprintf("    f%d(x, y, p, m)\n", n+1), 30))
	}
	text.WriteString("f1(a, b, c, SVC())\n")
	p, err := Inspect(Source{FS: fstest.MapFS{"train.py": {Data: []byte(text.String())}}, Classify: func(string) (string, error) { return missing, nil }}, Hints{})
	if err != nil || p.Problem != nil || p.Metric.Split != "train" {
		t.Errorf("%+v %v", p, err)
	}
}
