package space

import (
	"testing"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestEpochs holds that a training keeps the epochs that are read out of its history.
func TestEpochs(t *testing.T) {
	const fit = "from keras.models import Sequential\nmodel = Sequential()\nh = model.fit(X, y, epochs=9)\n"
	for read, low := range map[string]float64{
		"print(h.history['accuracy'])":           1,
		"print(h.history['accuracy'][-1])":       1,
		"print(h.history['accuracy'][4])":        5,
		"print(h.history[\"val_accuracy\"][-3])": 3,
		"print(scores['accuracy'][4])":           1,
	} {
		m := project.Parse("a.py", []byte(fit+read+"\n"), Known)
		for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "keras") {
			if x.Role == "epochs" && x.Low != low {
				t.Errorf("%s: from %g epochs on, want %g", read, x.Low, low)
			}
		}
	}
}
