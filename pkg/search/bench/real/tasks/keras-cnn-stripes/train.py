"""Tell the direction of stripes in noisy pictures with a small CNN."""
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(14)


def pictures(n, size=12):
    direction = rng.integers(0, 4, n)
    grid = np.arange(size)
    gx, gy = np.meshgrid(grid, grid)
    fields = np.stack([gx, gy, gx + gy, gx - gy])[direction]
    phase = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    wave = np.sin(fields * 1.6 + phase)
    return (wave + rng.normal(0, 0.9, wave.shape))[..., None].astype("float32"), direction


x_train, y_train = pictures(1200)
x_test, y_test = pictures(400)


class StripeNet:
    def __init__(self, filters, lr):
        self.net = keras.Sequential(
            [
                keras.Input((12, 12, 1)),
                layers.Conv2D(filters, 3, activation="relu"),
                layers.Conv2D(filters, 3, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(4, activation="softmax"),
            ]
        )
        self.net.compile(keras.optimizers.Adam(lr), "sparse_categorical_crossentropy", metrics=["accuracy"])

    def train(self, epochs, batch):
        return self.net.fit(x_train, y_train, epochs=epochs, batch_size=batch, verbose=0)

    def test(self):
        return self.net.evaluate(x_test, y_test, verbose=0)[1]


model = StripeNet(filters=16, lr=1e-3)
model.train(epochs=2, batch=1024)
print("accuracy on new pictures:", model.test())
