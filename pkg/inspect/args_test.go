package inspect

import "testing"

// What the command line gives is the program's value: its default is no place to
// tune, and the configuration that it names is one.
func TestArguments(t *testing.T) {
	const script = `import argparse, yaml
parser = argparse.ArgumentParser()
parser.add_argument("config")
parser.add_argument("-v", "--verbose", action="store_true")
parser.add_argument("--trees", "-t", type=int, default=7)
args = parser.parse_args()
cfg = yaml.safe_load(open(args.config))
X, y = [[1], [2]], [0, 1]
from sklearn.ensemble import RandomForestClassifier
m = RandomForestClassifier(n_estimators=args.trees, max_depth=cfg["depth"], min_samples_leaf=cfg["leaf"])
m.fit(X, y)`
	config := "configs/a.yaml=depth: 3\nleaf: 2\n"
	values := func(args ...string) map[string]string {
		p := started(t, script, Hints{Args: args}, config)
		if p.Problem != nil {
			t.Fatal(*p.Problem)
		}
		found := map[string]string{}
		for _, u := range p.Tunables {
			found[u.Name+" of "+u.File] = u.Value
		}
		return found
	}
	none := values()
	if none["n_estimators of src/train.py"] != "7" || none["max_depth of configs/a.yaml"] != "" {
		t.Errorf("without a command line: %v", none)
	}
	for _, args := range [][]string{{"configs/a.yaml", "--trees", "9"}, {"-v", "--trees=9", "configs/a.yaml"}, {"-t", "9", "configs/a.yaml"}} {
		got := values(args...)
		if got["max_depth of configs/a.yaml"] != "3" || got["min_samples_leaf of configs/a.yaml"] != "2" {
			t.Errorf("%q: the configuration is not found: %v", args, got)
		}
		if value, found := got["n_estimators of src/train.py"]; found {
			t.Errorf("%q: a default that is never used is to be tuned: %s", args, value)
		}
	}
}
