from case import *

m = compiled(keras.layers.Dense(32, activation="relu"))
best = 0
for e in range(6):
    h = m.fit(a, c, epochs=1, verbose=0, callbacks=[Kill(str(e))])
    accuracy = m.evaluate(b, d, verbose=0)[1]
    best = max(accuracy, best)
    tell(m, h, accuracy, best)
