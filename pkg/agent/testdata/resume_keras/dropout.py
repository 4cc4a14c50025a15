from case import *

m = compiled(keras.layers.Dense(32, activation="relu"), keras.layers.Dropout(0.3))
h = m.fit(a, c, epochs=5, validation_data=(b, d), verbose=0, callbacks=[Kill()])
tell(m, h, m.evaluate(b, d, verbose=0), random.random(), np.random.rand())
