"""What the cases share: data, the crash, and how results are told."""

import hashlib
import os
import random
import signal
import sys

import numpy as np

try:
    import keras

    keras.callbacks
except (ImportError, AttributeError):
    from tensorflow import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

if "SEED" in os.environ:  # as scripts do that are run without the agent
    keras.utils.set_random_seed(1)
torch = os.environ.get("KERAS_BACKEND") == "torch"
X, y = load_digits(return_X_y=True)
X, y = (X[:600] / 16).astype("float32"), y[:600]
a, b, c, d = train_test_split(X, y)


def kill(moment):
    if os.environ.get("KILL_AT") == moment:
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


class Kill(keras.callbacks.Callback):
    """Ends the program within an epoch, as a crash would."""

    def __init__(self, name="fit"):
        super().__init__()
        self.name, self.number = name, None

    def on_epoch_begin(self, epoch, logs=None):
        self.number = epoch

    def on_train_batch_end(self, batch, logs=None):
        if batch >= 3:
            kill("%s-%d" % (self.name, self.number))


def net(*layers):
    return keras.Sequential(list(layers) + [keras.layers.Dense(10, activation="softmax")])


def compiled(*layers, **options):
    model = net(*layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    return model


def tell(*things):
    for thing in things:
        if hasattr(thing, "get_weights"):
            arrays = [np.ascontiguousarray(w).tobytes() for w in thing.get_weights()]
            thing = hashlib.sha256(b"".join(arrays)).hexdigest()
        elif hasattr(thing, "history"):
            thing = (thing.epoch, {k: [float(v) for v in values] for k, values in thing.history.items()})
        print("RESULT", thing)
