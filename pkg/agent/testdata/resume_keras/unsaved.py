from case import *


class Own(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.numbers = iter(range(100))

    def on_epoch_end(self, epoch, logs=None):
        next(self.numbers)


own = Own()
own.numbers = (n for n in range(100))
m = compiled(keras.layers.Dense(32, activation="relu"))
tell(m.fit(a, c, epochs=5, verbose=0, callbacks=[Kill(), own]), m)
