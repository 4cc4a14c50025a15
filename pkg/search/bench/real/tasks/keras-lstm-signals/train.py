import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

TIMESTEPS, CLASSES = 20, 3


def make_signals(n, seed):
    """Sine, square and saw-tooth, with noise and a random period."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, CLASSES, n)
    t = np.arange(TIMESTEPS) / rng.uniform(6, 10, (n, 1)) + rng.uniform(0, 1, (n, 1))
    waves = np.stack([np.sin(2 * np.pi * t), np.sign(np.sin(2 * np.pi * t)), 2 * (t % 1) - 1])
    signal = waves[kind, np.arange(n)] + rng.normal(0, 0.15, (n, TIMESTEPS))
    return signal[..., None].astype("float32"), kind


x_train, y_train = make_signals(1200, seed=1)
x_val, y_val = make_signals(400, seed=2)

model = keras.Sequential()
model.add(keras.Input(shape=(TIMESTEPS, 1)))
model.add(layers.LSTM(24))
model.add(layers.Dense(CLASSES, activation="softmax"))
model.compile(optimizer=keras.optimizers.Adam(learning_rate=5e-5), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

history = model.fit(x_train, y_train, epochs=8, batch_size=32, validation_data=(x_val, y_val), verbose=2)
print("val_accuracy:", history.history["val_accuracy"][-1])
