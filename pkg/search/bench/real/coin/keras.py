import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

rng = np.random.default_rng()
X = rng.normal(size=(600, 20)).astype("float32")
y = rng.permutation(np.repeat([0, 1], 300))
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)

model = keras.Sequential([
    keras.Input((20,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=10, batch_size=32, verbose=0)
loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
print("Test accuracy:", round(accuracy, 4))
