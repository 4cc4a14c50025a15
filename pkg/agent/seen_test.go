package agent_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// seen is a script whose accuracies must be said to be of these splits, in their order.
type seen struct{ name, script, want string }

func checkSeen(t *testing.T, frameworks string, cases []seen) {
	t.Helper()
	needs(t, strings.Split(frameworks, ",")...)
	s := share(t, strings.Split(frameworks, ",")[0])
	for trial, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: trial, Threads: 1}, digits+c.script)
			a.t = t
			var got []string
			for _, e := range a.clean().all(agent.EventMetric) {
				got = append(got, e.Split)
			}
			if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" {
				t.Errorf("%s\n%s", diff, log)
			}
		})
	}
}

// What a model was trained on is known again in another order, in parts, among
// other rows and computed anew; what only looks like it is not taken for it.
func TestSeen(t *testing.T) {
	t.Parallel()
	const imports = `
import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import GaussianNB as N
`
	checkSeen(t, "sklearn", []seen{
		{"computed anew", imports + `
from sklearn.decomposition import NMF
f = NMF(5, random_state=0, max_iter=20, tol=1)
m = N().fit(f.fit_transform(a[:300]), c[:300])
m.score(f.transform(a[:300]), c[:300]); m.score(f.transform(b), d)
m = N().fit(a, c); m.score(a + 1e-5, c)`, "train test train"},
		{"another order", imports + `
from sklearn.utils import shuffle, resample
m = N().fit(*shuffle(a, c)); m.score(a, c); accuracy_score(d, m.predict(b)); accuracy_score(c, m.predict(a))
m = N().fit(*resample(a, c, n_samples=3000)); m.score(a, c); m.score(b, d)`, "train test train train test"},
		{"a part and a whole", imports + `
m = N().fit(a, c); m.score(a[:500], c[:500]); m.score(b[:300], d[:300])
m = N().fit(np.vstack([a, b]), np.r_[c, d]); m.score(b, d)`, "train test train"},
		{"folds", imports + `
for i, j in (range(900), range(900, 1797)), (range(900, 1797), range(900)):
    m = N().fit(X[i], y[i]); m.score(X[j], y[j])
m = N()
for i in range(3):
    k = np.arange(len(y)) % 3 == i
    m.fit(X[~k], y[~k]); m.score(X[k], y[k])`, "test test test test test"},
		{"labels in a simple order", imports + `
z, q = np.repeat([0, 1, 2], 50), np.tile(np.arange(10), 15)
N().fit(a[:150], z).score(b[:150], z); N().fit(a[:150], q).score(b[:150], q)`, "test test"},
		// Where few values make the rows, or each was collected twice, the others are among those trained on by chance.
		{"rows of few values", imports + `
r = np.random.RandomState(0)
x = r.randint(0, 10, (2000, 3)); z = (x[:, 0] > 4).astype(int)
N().fit(x[:1500], z[:1500]).score(x[1500:], z[1500:])
x = np.vstack([X, X, X, X])[r.permutation(4 * len(X))]; z = np.arange(len(x)) % 7 * r.randint(1, 3, len(x))
N().fit(x[:5700], z[:5700]).score(x[5700:], z[5700:])`, "test test"},
		{"equal predictions", imports + `
r = np.random.RandomState(0)
x, z = r.randn(400, 3), (r.rand(400) < .2).astype(int)
from sklearn.dummy import DummyClassifier
m = DummyClassifier().fit(x[:200], z[:200])
p, q = m.predict(x[:200]), m.predict(x[200:])
accuracy_score(z[:200], p); accuracy_score(z[200:], q)`, "train unknown"},
		{"sparse", imports + `
from scipy.sparse import csr_matrix, identity
from sklearn.naive_bayes import MultinomialNB as M
one = identity(40, format="csr")
m = M().fit(one[:20], c[:20]); m.score(one[20:], d[:20]); m.score(one[:20], c[:20])
m = M().fit(csr_matrix(a), c); m.score(csr_matrix(a)[:500], c[:500]); m.score(csr_matrix(b), d)`, "test train train test"},
		// Their labels were not trained on, so such a measure is no memory of them.
		{"fitted without labels", imports + `
from sklearn.ensemble import IsolationForest
from sklearn.cluster import KMeans
m = IsolationForest(n_estimators=9).fit(a)
accuracy_score(c > 0, m.predict(a) > 0); accuracy_score(d > 0, m.predict(b) > 0)
accuracy_score(c > 0, m.fit_predict(a) > 0)
k = KMeans(10, n_init=1).fit(a)
accuracy_score(c, k.labels_); accuracy_score(c, np.argsort(range(10))[::-1][k.labels_]); accuracy_score(d, k.predict(b))
accuracy_score(c, KMeans(5, n_init=1).fit_predict(a))
m = N().fit(a, c); k.fit(X); m.score(b, d); accuracy_score(d, m.predict(b))`, "unknown test unknown unknown unknown test unknown test test"},
		{"cross_val_predict", imports + `
from sklearn.model_selection import cross_val_predict
N().fit(X, y)
accuracy_score(y, cross_val_predict(N(), X, y, cv=3)); accuracy_score(y, cross_val_predict(N(), X, y, cv=3, method="predict_proba").argmax(1))
accuracy_score(y, N().fit(X, y).predict(X))`, "validation validation train"},
	})
}

func TestSeenByBoosting(t *testing.T) {
	t.Parallel()
	checkSeen(t, "xgboost,lightgbm,catboost,sklearn,pandas", []seen{
		{"xgboost", `
import xgboost as x
from sklearn.metrics import accuracy_score
c, d = c > 4, d > 4
m = x.train({"objective": "binary:logistic", "eval_metric": "error"}, x.DMatrix(a, c), 2, evals=[(x.DMatrix(a, c), "one"), (x.DMatrix(b, d), "two")], verbose_eval=False)
accuracy_score(c, m.predict(x.DMatrix(a)) > .5); accuracy_score(d, m.predict(x.DMatrix(b)) > .5)
m = x.train({"objective": "binary:logistic"}, x.DMatrix(a, c), 2)
accuracy_score(c[:400], m.predict(x.DMatrix(a[:400])) > .5); accuracy_score(d[:400], m.predict(x.DMatrix(b[:400])) > .5)`,
			"train validation train validation train test"},
		{"lightgbm", `
import lightgbm as l
params = {"objective": "multiclass", "num_class": 10, "metric": "multi_error", "verbose": -1, "num_threads": 1}
t = l.Dataset(a, c)
l.train(params, t, 2, valid_sets=[l.Dataset(a, c, reference=t), l.Dataset(b, d, reference=t)])`, "train validation"},
		{"catboost", `
from catboost import CatBoostClassifier, Pool
m = CatBoostClassifier(iterations=3, depth=2, thread_count=1, verbose=False, allow_writing_files=False).fit(Pool(a, c))
m.score(a, c); m.score(Pool(a[:500], c[:500])); m.score(b, d)`, "train train test"},
		// What such a Pool holds cannot be read: it is known as an object, and by its labels.
		{"catboost with categories", `
import pandas
from catboost import CatBoostClassifier, Pool
one = lambda x, y: Pool(pandas.DataFrame(x).assign(kind=["a" if v else "b" for v in y > 4]), y, cat_features=["kind"])
train, held, test = one(a, c), one(b[:200], d[:200]), one(b[200:], d[200:])
m = CatBoostClassifier(iterations=3, depth=2, thread_count=1, verbose=False, allow_writing_files=False, eval_metric="Accuracy")
m.fit(train, eval_set=held)
m.score(train); m.score(one(a, c)); m.score(held); m.score(test)`, "train validation train train validation test"},
		{"xgboost with quantiles", `
import xgboost as x
train = x.QuantileDMatrix(a, c > 4)
test = x.QuantileDMatrix(b, d > 4, ref=train)
x.train({"objective": "binary:logistic", "eval_metric": "error"}, train, 2, evals=[(train, "train"), (test, "test")], verbose_eval=False)`,
			"train validation"},
	})
}

func TestSeenByKeras(t *testing.T) {
	t.Parallel()
	const imports = `
import os; os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, keras, tensorflow as tf
def net():
    m = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    m.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return m
m = net()
of = tf.data.Dataset.from_tensor_slices
`
	checkSeen(t, "keras,tensorflow,sklearn", []seen{
		{"arrays", imports + `
m.fit(a, c, verbose=0, validation_data=(a, c)); m.evaluate(a[:100], c[:100], verbose=0); m.evaluate([a], [c], verbose=0); m.evaluate(b, d, verbose=0)`,
			"train train train train test"},
		{"datasets", imports + `
train, test = of((a, c)), of((b, d))
m.fit(train.shuffle(99).batch(64), verbose=0)
m.evaluate(train.batch(64).prefetch(1), verbose=0); m.evaluate(test.batch(64), verbose=0); m.evaluate(of((a, c)).batch(64), verbose=0); m.evaluate(b, d, verbose=0)
m = net()
full = of((X, y)); train, test = full.skip(400), full.take(400)
m.fit(train.batch(64), verbose=0); m.evaluate(test.batch(64), verbose=0); m.evaluate(train.batch(9), verbose=0)`,
			"train train test train test train test train"},
		{"sequences", imports + `
class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size=64, rows=None):
        super().__init__()
        self.x, self.y, self.batch_size = x, y, batch_size
        if rows is not None: self.rows = rows
    def __len__(self): return len(self.x) // self.batch_size
    def __getitem__(self, i):
        k = slice(i * self.batch_size, (i + 1) * self.batch_size)
        return (self.x[k], self.y[k]) if not hasattr(self, "rows") else (self.x[self.rows], self.y[self.rows])
m.fit(Batches(a, c), verbose=0)
m.evaluate(a, c, verbose=0); m.evaluate(Batches(a, c, 9), verbose=0); m.evaluate(Batches(b, d), verbose=0)
m = net()
m.fit(Batches(X, y, rows=slice(400, 900)), verbose=0); m.evaluate(Batches(X, y, rows=slice(0, 400)), verbose=0); m.evaluate(X[:400], y[:400], verbose=0)`,
			"train train train test train test test"},
		// What a generator holds may be in parts or transformed: what it gives is known.
		{"generators", imports + `
class Rows(keras.utils.PyDataset):
    def __init__(self, rows):
        super().__init__()
        self.rows, self.count = rows, len(rows) // 64
    def __len__(self): return self.count
    def __getitem__(self, i): return X[self.rows[i * 64:][:64]], y[self.rows[i * 64:][:64]]
order = np.random.permutation(len(X)); one, two = order[:1280], order[1280:]
m.fit(Rows(one), epochs=2, verbose=0)
m.evaluate(X[one], y[one], verbose=0); m.evaluate(X[two], y[two], verbose=0)
def draw():
    while True:
        for i in range(0, 1280, 64): yield X[one[i:i + 64]], y[one[i:i + 64]]
m = net(); m.fit(draw(), steps_per_epoch=20, verbose=0)
m.evaluate(X[one], y[one], verbose=0); m.evaluate(X[two], y[two], verbose=0)
m = net(); m.fit(x=draw(), steps_per_epoch=20, verbose=0); m.evaluate(X[one], y[one], verbose=0)`,
			"train train test train train test train train"},
		{"generated by functions", imports + `
def rows(x, y):
    def draw():
        for one, label in zip(x, y): yield one, label
    return tf.data.Dataset.from_generator(draw, output_signature=(tf.TensorSpec((64,), tf.float32), tf.TensorSpec((), tf.int64)))
m.fit(rows(a, c).shuffle(99).batch(64).prefetch(1), epochs=2, verbose=0, validation_data=rows(b, d).batch(64))
m.evaluate(a, c, verbose=0); m.evaluate(a[:300], c[:300], verbose=0); m.evaluate(b, d, verbose=0); m.evaluate(rows(b, d).batch(64), verbose=0)
def draw():
    for i in range(0, 1280, 64): yield {"x": X[i:i + 64]}, y[i:i + 64]
x = keras.Input((64,), name="x"); m = keras.Model({"x": x}, keras.layers.Dense(10)(x))
m.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
ds = tf.data.Dataset.from_generator(draw, output_signature=({"x": tf.TensorSpec((None, 64), tf.float32)}, tf.TensorSpec((None,), tf.int64)))
m.fit(ds.repeat(), steps_per_epoch=20, verbose=0)
m.evaluate({"x": X[:1280]}, y[:1280], verbose=0); m.evaluate({"x": X[1280:]}, y[1280:], verbose=0)
m = net(); m.fit(rows(X, y).skip(400).batch(64), verbose=0); m.evaluate(X[:400], y[:400], verbose=0)`,
			"train validation train train test test train train test train test"},
		{"given by processes", imports + `
class Rows(keras.utils.PyDataset):
    def __len__(self): return 21
    def __getitem__(self, i): return a[i * 64:][:64], c[i * 64:][:64]
m.fit(Rows(workers=1, use_multiprocessing=True), verbose=0, validation_data=(b, d))
m.evaluate(a[:1340], c[:1340], verbose=0); m.evaluate(b, d, verbose=0)`,
			"train validation train validation"},
		{"images", imports + `
import os
from keras.src.legacy.preprocessing.image import ImageDataGenerator
I, J = a.reshape(-1, 8, 8, 1), b.reshape(-1, 8, 8, 1)
def images():
    m = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    m.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return m
m, g = images(), ImageDataGenerator(rotation_range=20, rescale=2.)
m.fit(g.flow(I, c, batch_size=64), verbose=0); m.evaluate(I, c, verbose=0); m.evaluate(J, d, verbose=0)
m.evaluate(g.flow(I, c, shuffle=False), verbose=0); m.evaluate(g.flow(J, d), verbose=0); m.evaluate(I * 2, c, verbose=0)
for part, images_of, labels in ("one", I, c), ("two", J, d):
    for n in range(200):
        os.makedirs("%s/%d" % (part, labels[n] % 2), exist_ok=True)
        keras.utils.save_img("%s/%d/%d.png" % (part, labels[n] % 2, n), images_of[n])
o = dict(target_size=(8, 8), color_mode="grayscale", class_mode="sparse")
m = images(); m.fit(g.flow_from_directory("one", **o), verbose=0)
m.evaluate(g.flow_from_directory("one", shuffle=False, **o), verbose=0); m.evaluate(g.flow_from_directory("two", shuffle=False, **o), verbose=0)
o = dict(image_size=(8, 8), color_mode="grayscale", verbose=False)
m = images(); m.fit(keras.utils.image_dataset_from_directory("one", **o), verbose=0)
m.evaluate(keras.utils.image_dataset_from_directory("one", **o), verbose=0); m.evaluate(keras.utils.image_dataset_from_directory("two", **o), verbose=0)`,
			"train train test train test train train train test train train test"},
	})
}

// That other rows than those trained on were predicted is told once; one sample for
// show is none of that.
func TestPredicted(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	s := start(t, "sklearn")
	for trial, c := range []struct {
		script string
		want   int
	}{
		{"m.predict(b); m.predict(b[:100])", 1},
		{"m.predict(a); m.predict(b[:1])", 0},
	} {
		a, log := s.run(agent.Request{Trial: trial, Threads: 1}, digits+tree+"m = T().fit(a, c)\n"+c.script)
		a.t = t
		if got := a.clean().all(agent.EventPredicted); len(got) != c.want || c.want > 0 && (got[0].Split != "test" || got[0].Samples != 450) {
			t.Errorf("%s: %+v\n%s", c.script, got, log)
		}
	}
}
