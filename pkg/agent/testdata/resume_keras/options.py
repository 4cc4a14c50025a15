from case import *

options = {} if torch else {"steps_per_execution": 4, "jit_compile": True}
m = compiled(keras.layers.Dense(32, activation="relu"), **options)
rate = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9)
weight = {k: 1 + k / 10 for k in range(10)}
h = m.fit(a, c, 50, 8, 0, [Kill(), rate], class_weight=weight, initial_epoch=2)
tell(m, h)
