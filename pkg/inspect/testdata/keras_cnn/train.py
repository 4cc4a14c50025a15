import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

EPOCHS = 1
digits = load_digits()
X = digits.images[..., np.newaxis] / 16.0
X_train, X_test, y_train, y_test = train_test_split(X, digits.target, test_size=450, random_state=0)
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(8, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(16, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-5), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=EPOCHS, batch_size=32, validation_split=0.1)
print("test accuracy", model.evaluate(X_test, y_test)[1])
