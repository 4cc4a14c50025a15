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

// TestFeeds holds that the batches of a tf.data set are offered where it is what is
// trained on, and only there.
func TestFeeds(t *testing.T) {
	const model = "import tensorflow as tf\nfrom tensorflow import keras\nm = keras.Sequential()\nm.compile()\nD = tf.data.Dataset\n"
	for text, want := range map[string]string{
		"ds = D.from_tensor_slices((x, y)).shuffle(9).batch(32).prefetch(2)\nm.fit(ds)\n":                                                                                   "32",
		"ds = D.from_tensor_slices((x, y))\nds = ds.batch(16)\nm.fit(ds.repeat(), epochs=2)\n":                                                                              "16",
		"B = 8\na = tf.data.Dataset.range(9).batch(B)\nb = tf.data.Dataset.range(9).batch(64)\nm.fit(a, validation_data=b)\n":                                               "8",
		"b = tf.data.Dataset.range(9).batch(64)\nm.fit(x, y, epochs=2)\nm.evaluate(b)\n":                                                                                    "",
		"a = keras.utils.image_dataset_from_directory('a', batch_size=24)\nb = keras.utils.image_dataset_from_directory('b', batch_size=48)\nm.fit(a, validation_data=b)\n": "24",
	} {
		got := ""
		m := project.Parse("a.py", []byte(model+text), Known)
		for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "keras") {
			if x.Role == "batch_size" {
				got += x.Value
			}
		}
		if got != want {
			t.Errorf("%s: batches of %q, want %q", text, got, want)
		}
	}
}
