package space

import (
	"testing"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestLength holds which numbers of epochs do nothing but end a training: only
// with such a one does a longer training begin like a shorter.
func TestLength(t *testing.T) {
	const model = "import keras, argparse\nm = keras.Sequential([keras.layers.Dense(1)])\nm.compile('adam', 'mse')\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"in the call":             {model + "m.fit(X, y, epochs=7)\n", true},
		"left out":                {model + "m.fit(X, y)\n", true},
		"a constant":              {model + "E = 7\nm.fit(X, y, epochs=E)\n", true},
		"a constant that decays":  {model + "E = 7\ns = keras.optimizers.schedules.CosineDecay(0.1, E * 30)\nm.fit(X, y, epochs=E)\n", false},
		"a constant of functions": {model + "E = 7\ndef rate(epoch):\n    return 0.1 * (1 - epoch / E)\nm.fit(X, y, epochs=E)\n", false},
		"an option":               {model + "p = argparse.ArgumentParser()\np.add_argument('--epochs', default=7)\na = p.parse_args()\nm.fit(X, y, epochs=a.epochs)\n", false},
		"a parameter":             {model + "def run(n=7):\n    m.fit(X, y, epochs=n)\nrun()\n", false},
		"rounds":                  {"import xgboost\nxgboost.train({}, X, num_boost_round=7)\n", true},
		"trees of boosting":       {"from xgboost import XGBClassifier\nXGBClassifier(n_estimators=7).fit(X, y)\n", true},
		"trees of a forest":       {"from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(n_estimators=7).fit(X, y)\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := project.Parse("a.py", []byte(c.text), Known)
			had := false
			for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "keras") {
				if x.Role != "epochs" && x.Role != "rounds" && x.Role != "estimators" {
					continue
				}
				had = true
				if x.Length != c.want {
					t.Errorf("%s: %v", x.ID, x.Length)
				}
			}
			if !had {
				t.Error("no length is found")
			}
		})
	}
}
