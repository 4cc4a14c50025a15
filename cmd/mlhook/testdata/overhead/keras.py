import time

began = time.perf_counter()
import keras
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(512, 16)).astype("float32")
y = (X[:, 0] > 0).astype("int32")
net = keras.Sequential([keras.Input((16,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "softmax")])
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(X[:384], y[:384], epochs=2, verbose=0)
print("accuracy:", net.evaluate(X[384:], y[384:], verbose=0)[1])
print("SCRIPT", time.perf_counter() - began)
