from case import *

layers = keras.layers
m = compiled(
    layers.Reshape((8, 8, 1)), layers.RandomTranslation(0.1, 0.1), layers.RandomRotation(0.1),
    layers.Conv2D(8, 3, activation="relu"), layers.Flatten(), layers.GaussianNoise(0.1),
)
tell(m.fit(a, c, epochs=4, verbose=0, callbacks=[Kill()], shuffle="batch"), m)
