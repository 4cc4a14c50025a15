from case import *

units = 32 if "KILL_AT" in os.environ or "SAME" in os.environ else 33
m = compiled(keras.layers.Dense(units, activation="relu"))
tell(m.fit(a, c, epochs=4, verbose=0, callbacks=[Kill()]), m)
