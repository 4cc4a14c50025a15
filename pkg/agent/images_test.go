package agent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// Of images in a directory it is known how many there are, unless only some are drawn.
func TestKerasCountsImages(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "sklearn", "PIL")
	a, log := share(t, "keras").run(agent.Request{Threads: 1}, digits+`
import os
import keras, tensorflow
from keras.src.legacy.preprocessing.image import ImageDataGenerator
for part, count in ("one", 40), ("two", 30):
    for n in range(count):
        os.makedirs("%s/%d" % (part, n % 2), exist_ok=True)
        keras.utils.save_img("%s/%d/%d.png" % (part, n % 2, n), X[n].reshape(8, 8, 1))
m = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
m.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
def drawn(part):
    return ImageDataGenerator().flow_from_directory(part, target_size=(8, 8), color_mode="grayscale", class_mode="sparse")
def read(part):
    return keras.utils.image_dataset_from_directory(part, image_size=(8, 8), color_mode="grayscale", verbose=False)
m.fit(drawn("one"), validation_data=drawn("two"), verbose=0)
m.fit(read("one"), validation_data=read("two"), verbose=0)
m.fit(read("one"), validation_data=read("two").repeat(), validation_steps=1, verbose=0)
m.evaluate(drawn("two"), verbose=0); m.evaluate(read("two"), verbose=0); m.evaluate(drawn("two"), steps=1, verbose=0)`)
	a.t = t
	var got []int
	for _, e := range a.clean().all(agent.EventMetric) {
		if e.Split != "train" {
			got = append(got, e.Samples)
		}
	}
	if diff := cmp.Diff([]int{30, 30, 0, 30, 30, 0}, got); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
}
