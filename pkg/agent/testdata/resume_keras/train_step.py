import tensorflow as tf

from case import *


class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.one, self.two = keras.layers.Dense(16, activation="relu"), keras.layers.Dense(10, activation="softmax")
        self.tracker, self.scale = keras.metrics.Mean(name="loss"), 1.0
        if "HIDDEN" in os.environ:
            self.hidden = random.Random(1)

    def call(self, x):
        return self.two(self.one(x))

    def compile(self, first, second):
        super().compile(run_eagerly=True)
        self.first, self.second = first, second
        self.error = keras.losses.SparseCategoricalCrossentropy()

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            loss = self.error(y, self(x, training=True)) * self.scale
        self.scale *= 0.999
        for optimizer, layer in ((self.first, self.one), (self.second, self.two)):
            variables = layer.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}


m = Two()
m.compile(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.1, momentum=0.9))
tell(m.fit(a, c, epochs=4, verbose=0, callbacks=[Kill()]), m, m.scale)
