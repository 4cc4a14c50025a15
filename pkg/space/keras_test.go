package space

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestOperators holds that widths are left alone where operators join the
// results of layers.
func TestOperators(t *testing.T) {
	const head = "from keras import layers\nfrom keras.models import Model\ni = layers.Input(shape=(8,))\n"
	for script, want := range map[string][]string{
		head + "x = layers.Dense(16)(i)\nx = layers.Dense(32)(x)\nx = x * 2\nx = layers.Dense(2)(x)\nm = Model(i, x)\n":                      {"units", "units"},
		head + "a = layers.Dense(16)(i)\nb = layers.Dense(16)(a)\nx = a + b\nx = layers.Dense(2)(x)\nm = Model(i, x)\n":                      nil,
		head + "s = layers.Dense(16)(i)\ng = layers.Dense(16, 'sigmoid')(s) * s\nx = layers.Dense(2)(g)\nm = Model(i, x)\n":                  nil,
		head + "def block(x):\n    s = x\n    x = layers.Dense(16)(x)\n    return x + s\nx = layers.Dense(2)(block(i))\nm = Model(i, x)\n":   nil,
		head + "def block(x):\n    return x + layers.Dense(n)(x)\nx = layers.Dense(16)(i)\nx = layers.Dense(2)(block(x))\nm = Model(i, x)\n": nil,
		head + "def block(x):\n    x = layers.Conv2D(16, 3)(x)\n    x += layers.Conv2D(16, 1)(x)\n    return x\n":                            nil,
		head + "import tensorflow as tf\na = layers.Dense(16)(i)\nb = layers.Dense(16)(i)\nx = layers.Dense(2)(tf.maximum(a, b))\n":          nil,
		"from keras import layers, Model\nclass Net(Model):\n    def __init__(self):\n        self.a = layers.Dense(16)\n        self.b = layers.Dense(16)\n        self.c = layers.Dense(2)\n" +
			"    def call(self, x):\n        x = self.a(x)\n        return self.c(x + self.b(x))\n": nil,
	} {
		if d := cmp.Diff(want, numbers("keras", script)); d != "" {
			t.Errorf("%s: -want +got\n%s", script, d)
		}
	}
}

// TestOutput holds that what gives the classes of a keras model is no choice.
func TestOutput(t *testing.T) {
	const head = "from keras import layers\nfrom keras.models import Model, Sequential\ni = layers.Input(shape=(8, 8, 3))\nu = layers.Conv2D(16, 3, padding='same')(i)\n"
	for script, want := range map[string][]string{
		head + "o = layers.Conv2D(3, 1, activation='softmax')(u)\nm = Model(i, o)\n":                                         {"filters", "kernel_size"},
		head + "o = layers.Conv2D(1, 1, activation='sigmoid')(u)\nm = Model(i, o)\n":                                         {"filters", "kernel_size"},
		head + "o = layers.Conv2D(3, 1)(u)\no = layers.GlobalAveragePooling2D()(o)\nm = Model(i, o)\n":                       {"filters", "kernel_size"},
		head + "a = layers.Conv2D(3, 1)(u)\nb = layers.Flatten()(u)\nb = layers.Dense(2)(b)\nm = Model(i, [a, b])\n":         {"filters", "kernel_size"},
		head + "u = layers.Flatten()(u)\na = layers.Dense(3)(u)\nb = layers.Dense(2)(u)\nm = Model(i, outputs=[a, b])\n":     {"filters", "kernel_size"},
		head + "def block(x):\n    return layers.Conv2D(3, 1)(x)\no = layers.Dense(2)(block(u))\nm = Model(i, o)\n":          {"filters", "filters", "kernel_size", "kernel_size"},
		head + "def make():\n    return Sequential([layers.Conv2D(8, 3), layers.Conv2D(3, 3, activation='tanh')])\nmake()\n": {"filters", "filters", "kernel_size", "kernel_size"},
	} {
		if d := cmp.Diff(want, numbers("keras", script)); d != "" {
			t.Errorf("%s: -want +got\n%s", script, d)
		}
	}
}

// TestEntrances holds that the number of features is left alone where a layer
// says it again.
func TestEntrances(t *testing.T) {
	const (
		words = "from sklearn.feature_extraction.text import TfidfVectorizer\nv = TfidfVectorizer(max_features=5000)\nfrom keras import layers\n"
		pca   = "from sklearn.decomposition import PCA\np = PCA(n_components=30)\nfrom torch import nn\n"
	)
	for script, want := range map[string][]string{
		words + "i = layers.Input(shape=(5000,))\n":                    nil,
		words + "N = 5000\nd = layers.Dense(2, input_dim=N)\n":         nil,
		words + "e = layers.Embedding(5000, 8)\nd = layers.Dense(2)\n": {"output_dim"},
		words + "i = layers.Input(shape=(X.shape[1],))\n":              {"max_features"},
		pca + "a = nn.Linear(30, 64)\n":                                nil,
		pca + "a = nn.Linear(X.shape[1], 64)\n":                        {"n_components"},
	} {
		if d := cmp.Diff(want, numbers("keras", script)); d != "" {
			t.Errorf("%s: -want +got\n%s", script, d)
		}
	}
}
