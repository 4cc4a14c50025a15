"""Epochs of a keras training; see turns."""
import keras
import numpy as np
from turns import batches, epochs, every, report, turn

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(32 * batches, 64)).astype("float32")
y = (X[:, 0] > 0).astype("int32")
net = keras.Sequential([
    keras.Input((64,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(128, "relu"), keras.layers.Dense(2, "softmax"),
])
net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if self.epoch > 0 and batch % every == 0:
            turn()


net.fit(X, y, batch_size=32, epochs=epochs, verbose=0, callbacks=[Clock()])
report()
