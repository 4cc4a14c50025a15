from case import *

m = compiled(keras.layers.Dense(32, activation="relu"))
h = m.fit(a[:96], c[:96], epochs=1, verbose=0)
tell(m, h, np.random.rand())
k = m.fit(a, c, epochs=70, verbose=0, callbacks=[Kill()])
tell(m, k, m.evaluate(b, d, verbose=0), np.random.rand())
