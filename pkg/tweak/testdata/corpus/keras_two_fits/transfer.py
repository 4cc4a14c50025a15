import keras
from keras.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Input
from sklearn.datasets import load_digits

d = load_digits()
x = d.images[..., None] / 16.0
y = d.target

base = keras.Sequential([Input((8, 8, 1)), Conv2D(4, 3, activation="relu"), Conv2D(4, 3, activation="relu")])
old = keras.Sequential([base, Flatten(), Dense(2, activation="softmax")])
old.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
# first: odd or even
old.fit(x[:900], y[:900] % 2, epochs=1, verbose=0)

base.trainable = False
new = keras.Sequential([base, Flatten(), Dense(10, activation="softmax")])
new.compile(optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
# then: the digits themselves
new.fit(x[:1500], y[:1500], epochs=1, verbose=0, validation_data=(x[1500:], y[1500:]))
