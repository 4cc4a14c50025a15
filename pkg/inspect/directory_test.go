package inspect

import (
	"strings"
	"testing"
	"testing/fstest"
)

// started inspects src/train.py beside some files, none of which is read.
func started(t *testing.T, script string, hints Hints, files ...string) *Program {
	t.Helper()
	tree := fstest.MapFS{"src/train.py": {Data: []byte("from sklearn.svm import SVC\n" + script + "\nmodel = SVC().fit(X, y)\nprint(model.score(X, y))\n")}}
	for _, name := range files {
		name, text, _ := strings.Cut(name, "=")
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	ignored := func(name string) (string, error) {
		if name == "data/ignored.csv" {
			return "ignored", nil
		}
		return missing, nil
	}
	p, err := Inspect(Source{FS: tree, Classify: ignored}, hints)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStartDirectory(t *testing.T) {
	const configured = `import yaml
cfg = yaml.safe_load(open("configs/default.yaml"))
X, y = load(cfg["data"])`
	for name, c := range map[string]struct {
		script string
		hints  Hints
		files  []string
		want   string
	}{
		"nothing tells":           {"X, y = [[1]], [0]", Hints{}, []string{"data/a.csv"}, "src"},
		"beside the script":       {`X, y = open("data/a.csv")`, Hints{}, []string{"src/data/a.csv", "data/b.csv"}, "src"},
		"above":                   {`X, y = open("../data/a.csv")`, Hints{}, []string{"data/a.csv"}, "src"},
		"at the top":              {`X, y = open("data/a.csv")`, Hints{}, []string{"data/a.csv"}, "."},
		"in both":                 {`X, y = open("data/a.csv")`, Hints{}, []string{"data/a.csv", "src/data/a.csv"}, "src"},
		"of a configuration":      {configured, Hints{}, []string{"configs/default.yaml=data: data/a.csv\n", "data/a.csv"}, "."},
		"in what git ignores":     {`X, y = open("data/ignored.csv")`, Hints{}, nil, "."},
		"a directory to write to": {`X, y = [[1]], [0]; f = open("out/models/a.txt", "w")`, Hints{}, []string{"out/models/a.txt"}, "."},
		"of the command line":     {"import sys; X, y = load(sys.argv[1])", Hints{Args: []string{"conf/a.yaml"}}, []string{"conf/a.yaml"}, "."},
		"made from __file__":      {`import os; X, y = open(os.path.join(os.path.dirname(__file__), "a.csv"))`, Hints{}, []string{"src/a.csv"}, "src"},
		"a part of a path":        {`import os; X, y = open(os.path.join("..", "data", "a.csv")), "../data" + "a.csv"`, Hints{}, []string{"a.csv"}, "src"},
		"as set":                  {`X, y = open("data/a.csv")`, Hints{Dir: "src/"}, []string{"data/a.csv"}, "src"},
	} {
		if p := started(t, c.script, c.hints, c.files...); p.Problem != nil || p.Dir != c.want {
			t.Errorf("%s: %q, %v", name, p.Dir, p.Problem)
		}
	}
	if p := started(t, "", Hints{Dir: "lib"}); p.Problem == nil || !strings.Contains(*p.Problem, "mlhook.dir") {
		t.Errorf("a directory that is not there: %v", p.Problem)
	}
}

// What a configuration names is data, seen from where the script is started.
func TestConfiguredData(t *testing.T) {
	p := started(t, `import yaml
cfg = yaml.safe_load(open("configs/default.yaml"))
X, y = load(cfg["data"])`, Hints{}, "configs/default.yaml=data: data/ignored.csv\nmodel: models/model.pkl\nurl: http://localhost/b.csv\n")
	if len(p.Data) != 1 || p.Data[0].Path != "data/ignored.csv" || p.Data[0].Kind != "ignored" {
		t.Errorf("%+v", p.Data)
	}
}

// Every file that is read counts, whatever hands its path on.
func TestDataThroughClasses(t *testing.T) {
	for script, want := range map[string]string{
		`import pandas as pd
class Rows:
    def __init__(self, path): self.rows = pd.read_csv(path)
class Data:
    def __init__(self, path="data/a.csv"): self.path = path
    def setup(self): self.own = Rows(self.path)
Data().setup()`: "data/a.csv",
		`import pandas as pd
class Data:
    def __init__(self, path): self.path = path
    def read(self): return pd.read_csv(self.path)
Data("data/a.csv").read(), Data("data/b.csv").read()`: "data/a.csv data/b.csv",
		`import pandas as pd
class Data:
    PATH = "data/a.csv"
    def read(self): return pd.read_csv(self.PATH)`: "data/a.csv",
		`import pandas as pd
def rows(path): return pd.read_csv(path)
rows("data/a.csv"), rows("data/b.csv")`: "data/a.csv data/b.csv",
		`import pandas as pd
for name in ["a", "b"]: pd.read_csv(f"data/{name}.csv")`: "data/a.csv data/b.csv",
	} {
		var got []string
		for _, d := range started(t, script, Hints{}, "data/a.csv", "data/b.csv").Data {
			got = append(got, d.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q", script, got)
		}
	}
}
