package agent_test

import (
	"math"
	"slices"
	"testing"

	"github.com/mlhook/mlhook/pkg/agent"
)

// Where early stopping puts the best epoch or round back, its value is the model's, not the last one's.
func TestEarlyStopping(t *testing.T) {
	t.Parallel()
	needs(t, "keras", "tensorflow", "xgboost", "lightgbm", "sklearn")
	for _, c := range []struct{ name, script string }{
		{"keras", `
import keras
m = keras.Sequential([keras.layers.Dense(10, activation="softmax")])
m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
m.fit(a, c, epochs=9, validation_data=(b, d), verbose=0, callbacks=[
    keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3 if epoch < 3 else 1e3),
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)])
m.evaluate(b, d, verbose=0)`},
		{"xgboost", `
import numpy, xgboost
from sklearn.metrics import accuracy_score
t, v = xgboost.DMatrix(a, label=c), xgboost.DMatrix(b, label=d)
worse = lambda round: 0.5 if round < 3 else 40.0
m = xgboost.train({"objective": "multi:softmax", "num_class": 10, "eval_metric": "merror", "nthread": 1, "max_depth": 1}, t, 9,
    evals=[(t, "train"), (v, "eval")], verbose_eval=False, callbacks=[
    xgboost.callback.LearningRateScheduler(worse), xgboost.callback.EarlyStopping(3, save_best=True)])
assert m.num_boosted_rounds() < 6, m.num_boosted_rounds()
accuracy_score(d, m.predict(v))`},
		{"lightgbm", `
import lightgbm
from sklearn.metrics import accuracy_score
t = lightgbm.Dataset(a, c)
m = lightgbm.train({"objective": "multiclass", "num_class": 10, "metric": "multi_error", "verbose": -1, "num_threads": 1, "num_leaves": 3}, t, 9,
    valid_sets=[t, lightgbm.Dataset(b, d, reference=t)], valid_names=["train", "held"], callbacks=[
    lightgbm.reset_parameter(learning_rate=lambda round: 0.1 if round < 3 else 40.0), lightgbm.early_stopping(3, verbose=False)])
assert m.best_iteration < 6, m.best_iteration
accuracy_score(d, m.predict(b).argmax(1))`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, log := share(t, c.name).run(agent.Request{Threads: 1}, digits+c.script)
			held := slices.DeleteFunc(a.clean().all(agent.EventMetric), func(e agent.Event) bool { return e.Split == "train" })
			if len(held) != 2 || math.Abs(*held[0].Value-*held[1].Value) > 1e-6 {
				t.Errorf("%+v\n%s", held, log)
			}
			curve := a.all(agent.EventCurve)
			if last := curve[len(curve)-1].Values["val_accuracy"]; last == *held[0].Value {
				t.Errorf("the last is the best: %+v", curve)
			}
		})
	}
}
