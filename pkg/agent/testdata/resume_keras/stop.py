from case import *

keras.utils.set_random_seed(3)
m = net(keras.layers.Dense(64, activation="relu"))
m.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=4, min_delta=0.01, restore_best_weights=True)
rate = keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, min_delta=0.01)
h = m.fit(a, c, epochs=40, validation_data=(b, d), verbose=0, callbacks=[stop, rate, Kill()])
tell(m, h, stop.best, stop.stopped_epoch, stop.wait, m.evaluate(b, d, verbose=0))
