"""Did the high note come before the low one?  A GRU on short melodies."""
import keras
import numpy as np

config = {"units": 16, "batch_size": 64, "epochs": 1, "optimizer": "sgd"}


def melodies(count, length=16, seed=0):
    rng = np.random.default_rng(seed)
    notes = rng.integers(2, 12, (count, length))
    places = np.array([np.sort(rng.choice(length, 2, replace=False)) for _ in range(count)])
    label = rng.integers(0, 2, count)
    rows = np.arange(count)
    notes[rows, places[:, 0]] = np.where(label == 1, 12, 0)
    notes[rows, places[:, 1]] = np.where(label == 1, 0, 12)
    return notes, label


def main():
    x_train, y_train = melodies(1600, seed=3)
    x_test, y_test = melodies(400, seed=4)
    inputs = keras.Input((16,), dtype="int32")
    x = keras.layers.Embedding(13, 8)(inputs)
    x = keras.layers.GRU(config["units"])(x)
    outputs = keras.layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(loss="binary_crossentropy", optimizer=config["optimizer"], metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=config["batch_size"], epochs=config["epochs"], verbose=2)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
