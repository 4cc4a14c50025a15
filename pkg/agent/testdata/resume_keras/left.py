from case import *


class Leave(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyError("left")


m = compiled(keras.layers.Dense(32, activation="relu"))
try:
    m.fit(a, c, epochs=4, verbose=0, callbacks=[Leave()])
except KeyError:
    tell(m)
tell(m.fit(a, c, epochs=4, verbose=0, callbacks=[Kill()]), m)
