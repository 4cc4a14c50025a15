from case import *


class Best(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.epochs_seen = getattr(self.model, "epochs_seen", 0) + 1
        self.model.best = min(self.model.best, logs["loss"])
        if "HIDDEN" in os.environ:
            self.model.losses_seen.append(epoch)


m = compiled(keras.layers.Dense(32, activation="relu"))
m.best, m.losses_seen = 1e9, []
tell(m.fit(a, c, epochs=5, verbose=0, callbacks=[Kill(), Best()]), m, m.epochs_seen, round(m.best, 6))
