from case import *

m = compiled(keras.layers.Dense(32, activation="relu"), keras.layers.BatchNormalization())
h = m.fit(a, c, epochs=5, validation_split=0.2, verbose=2, callbacks=[Kill()])
tell(m, h, m.evaluate(b, d, verbose=0), random.random(), np.random.rand())
