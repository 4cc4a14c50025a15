import tensorflow as tf

from case import *


def noise(u, v):
    return u + tf.random.normal(tf.shape(u), stddev=0.1), v


data = tf.data.Dataset.from_tensor_slices((a, c)).shuffle(500).map(noise).batch(32)
held = tf.data.Dataset.from_tensor_slices((b, d)).batch(50)
m = compiled(keras.layers.Dense(32, activation="relu"))
tell(m.fit(data, epochs=5, validation_data=held, verbose=0, callbacks=[Kill()]), m)
tell(m.fit(data, epochs=3, verbose=0, callbacks=[Kill("again")]), m)
