from case import *

m = compiled(keras.layers.Dense(32, activation="relu"), keras.layers.BatchNormalization())
h = m.fit(a, c, epochs=3, verbose=0, callbacks=[Kill("pretrain")])
tell(m, h, m.evaluate(b, d, verbose=0), np.random.rand())
n = net(*m.layers[:-1], keras.layers.Dense(8, activation="relu"))
n.compile(keras.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
k = n.fit(a, c, epochs=4, validation_split=0.1, verbose=0, callbacks=[Kill("finetune")])
tell(m, n, h, k, n.evaluate(b, d, verbose=0), np.random.rand(), random.random())
