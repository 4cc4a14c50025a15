# 40 epochs of about 150 ms. epochs.txt has the time at which each one ended.
import hashlib
import time

import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
X, y = load_digits(return_X_y=True)
X = X / 16


def ended(epoch):
    with open("epochs.txt", "a") as f:
        print(epoch, time.time(), file=f)


class Clock(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.012)

    def on_epoch_end(self, epoch, logs=None):
        ended(epoch + 1)


net = keras.Sequential([
    keras.Input((64,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.1),
    keras.layers.Dense(10, activation="softmax"),
])
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
ended(0)
net.fit(X[:1500], y[:1500], batch_size=150, epochs=40, verbose=0, callbacks=[Clock()])
print("weights", hashlib.sha256(b"".join(w.tobytes() for w in net.get_weights())).hexdigest())
print("epochs", *[line.split()[0] for line in open("epochs.txt")])
print("Test accuracy:", net.evaluate(X[1500:], y[1500:], verbose=0)[1])
