import numpy as np
import keras
from keras import layers, ops

rng = np.random.default_rng(7)
x = rng.integers(1, 10, (600, 6))
y = (x[:, 0] > x[:, -1]).astype("int32")

num_heads = 1
ff_dim = 4
inputs = layers.Input(shape=(6,))
h = layers.Embedding(input_dim=10, output_dim=4)(inputs)
att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=4)(h, h)
h = layers.LayerNormalization()(layers.add([h, att]))
h = layers.GlobalAveragePooling1D()(h)
h = layers.Dropout(0.1)(h)
h = layers.Dense(ff_dim, activation="relu")(h)
outputs = layers.Dense(2, activation="softmax")(h)
model = keras.Model(inputs=inputs, outputs=outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x[:500], y[:500], batch_size=32, epochs=2, validation_data=(x[500:], y[500:]), verbose=0)
print("best val acc", max(history.history["val_accuracy"]))
