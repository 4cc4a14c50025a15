"""Trains a small network on digits.

    >>> main(["--epochs", "1"])
"""
import argparse
import os.path as path
from dataclasses import dataclass, field

import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import (
    Conv2D,
    Dense,
    Dropout,
)

BATCH = 32
LEARNING_RATE = 1e-3  # (tuned [by hand
CONFIG = {
    "units": [128, 64],
    "dropout": 0.25,
    'names': ("a", 'b'),
}


@dataclass
class Options:
    """What the user may choose."""

    epochs: int = 5
    data: str = path.join("data", "digits.npz")
    extra: list = field(default_factory=list)


def load(name, *, limit=None):
    """Reads images and labels.

    Returns:
        two arrays
    """
    with np.load(name) as f, open(name + ".txt") as g:
        x, y = f["x"], f["y"]
        note = g.read()
    if limit is not None and len(x) > limit:
        x, y = x[:limit], y[:limit]
    print(f"{name}: {len(x)} images, {note!r:>{10}}")
    return x[..., np.newaxis] / 255.0, y


def build(options, classes=10):
    model = keras.Sequential([
        Conv2D(32, (3, 3), activation="relu"),
        keras.layers.Flatten(),
        Dense(CONFIG["units"][0], activation="relu", name='hidden'),
        Dropout(rate=CONFIG["dropout"]),
        Dense(classes, activation="softmax"),
    ])
    optimizer = keras.optimizers.Adam(
        learning_rate=LEARNING_RATE,
        beta_1=0.9)
    model.compile(optimizer=optimizer,
                  loss="sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    return model


def main(argv=None):
    '''Runs the training.'''
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args(argv)
    options = Options(epochs=args.epochs)
    x, y = load(options.data)
    split = int(0.8 * len(x))
    model = build(options)
    for epoch in range(options.epochs):
        model.fit(x[:split], y[:split], batch_size=BATCH, verbose=0)
        try:
            loss, accuracy = model.evaluate(x[split:], y[split:], verbose=0)
        except (ValueError, KeyError) as e:
            print("no accuracy:", e)
            continue
        else:
            print("epoch %d: %.4f" % (epoch, accuracy))
    model.save("model.keras")


if __name__ == "__main__":
    main()
