from case import *

seen = []


class Own(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.values, self.number = [], 0

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(round(float(logs["loss"]), 6))
        self.number += 1
        seen.append((epoch, random.random(), np.random.rand()))


def outer():
    epochs = []
    return epochs, keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))


epochs, enclosed = outer()
own = Own()
m = compiled(keras.layers.Dense(32, activation="relu"))
tell(m.fit(a, c, epochs=5, verbose=0, callbacks=[Kill(), own, enclosed]), m, own.values, own.number, seen, epochs)
