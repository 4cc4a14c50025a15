import tensorflow as tf

UNITS = 2
CLASSES = 10
(x, y), test = tf.keras.datasets.fashion_mnist.load_data()
inputs = tf.keras.Input(shape=(28, 28))
h = tf.keras.layers.Flatten()(inputs)
h = tf.keras.layers.Dense(UNITS, "relu")(h)
h = tf.keras.layers.Dropout(0.5)(h)
outputs = tf.keras.layers.Dense(CLASSES)(h)
model = tf.keras.Model(inputs, outputs)
model.compile("sgd", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
history = model.fit(x / 255, y, epochs=2, validation_data=test)
