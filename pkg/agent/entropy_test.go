package agent_test

import (
	"strings"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// A script that seeds nothing gives the same result with the same seed, forked
// or cold, and another with another.
func TestEntropy(t *testing.T) {
	t.Parallel()
	tests := []struct{ module, script string }{
		{"sklearn", digits + "from sklearn.neural_network import MLPClassifier\nprint(MLPClassifier(max_iter=3).fit(a, c).loss_)"},
		{"numpy", "import numpy as np, random\nprint(np.random.default_rng().random(), np.random.RandomState().rand(), np.random.SeedSequence().entropy, np.random.rand(), random.random())"},
		{"keras", digits + `
import keras
m = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.3), keras.layers.Dense(10, activation="softmax")])
m.compile("adam", "sparse_categorical_crossentropy")
m.fit(a, c, epochs=1, verbose=0)
print(m.evaluate(b, d, verbose=0))`},
		{"torch", "import torch\nprint(torch.nn.Linear(3, 3).weight.sum().item(), torch.randperm(9).tolist())"},
	}
	for _, test := range tests {
		t.Run(test.module, func(t *testing.T) {
			needs(t, test.module, "sklearn")
			s := share(t, test.module)
			var logs []string
			for trial, r := range []agent.Request{{Seed: 1}, {Seed: 1}, {Seed: 1, Cold: true}, {Seed: 2}} {
				r.Trial, r.Threads = trial, 1
				a, log := s.run(r, "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\n"+test.script)
				a.clean()
				lines := strings.Split(strings.TrimSpace(log), "\n")
				logs = append(logs, lines[len(lines)-1])
			}
			if logs[0] != logs[1] || logs[0] != logs[2] || logs[0] == logs[3] {
				t.Errorf("seeds 1, 1, 1 cold, 2 gave:\n%s", strings.Join(logs, "\n"))
			}
		})
	}
}
