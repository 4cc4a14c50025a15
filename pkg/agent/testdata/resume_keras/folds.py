from sklearn.model_selection import KFold

from case import *

for k, (i, j) in enumerate(KFold(3, shuffle=True).split(X)):
    m = compiled(keras.layers.Dense(16 + k, activation="relu"))
    h = m.fit(X[i], y[i], epochs=3, verbose=0, validation_data=(X[j], y[j]), callbacks=[Kill(str(k))])
    tell(m, h, m.predict(X[j], verbose=0).argmax(1).sum())
