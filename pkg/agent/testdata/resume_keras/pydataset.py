from case import *


class Data(getattr(keras.utils, "PyDataset", None) or keras.utils.Sequence):
    def __len__(self):
        return 20

    def __getitem__(self, k):
        return a[k * 32 : k * 32 + 32], c[k * 32 : k * 32 + 32]


m = compiled(keras.layers.Dense(32, activation="relu"))
tell(m.fit(Data(), epochs=5, verbose=0, callbacks=[Kill()]), m)
