from case import *

m = net(keras.layers.Dense(32, activation="relu"))
rate = keras.optimizers.schedules.ExponentialDecay(0.05, 20, 0.8)
m.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
best = keras.callbacks.ModelCheckpoint(
    "best.weights.h5", save_best_only=True, save_weights_only=True, monitor="val_accuracy"
)
log = keras.callbacks.CSVLogger("log.csv")
weight = np.linspace(0, 1, len(a))
h = m.fit(a, c, epochs=6, validation_data=(b, d), sample_weight=weight, verbose=0, callbacks=[Kill(), best, log])
tell(m, h, open("log.csv").read().split())
m.load_weights("best.weights.h5")
tell(m)
