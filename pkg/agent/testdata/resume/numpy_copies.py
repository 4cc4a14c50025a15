import numpy as np

import kill


class Model:
    def __init__(self):
        self.w = 0


labels = np.array([Model(), Model()], dtype=object)
masked = np.ma.zeros(3)
inner = masked.data
for epoch in range(6):
    kill.at(epoch)
    labels[0].w += 1
    if epoch == 0:
        names = labels[:1]
    masked[0] = epoch
print(names[0].w, masked.tolist())
print(labels[0].w)
