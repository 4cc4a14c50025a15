from case import *


class End(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        tell(sorted(logs.items()))
        kill("end")


m = compiled(keras.layers.Dense(32, activation="relu"))
stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3, restore_best_weights=True)
tell(m.fit(a, c, epochs=4, verbose=0, callbacks=[stop, End()]), m)
