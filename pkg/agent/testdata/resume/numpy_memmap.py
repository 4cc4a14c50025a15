import numpy as np

import kill

scores = np.memmap("scores.bin", dtype="float64", mode="w+", shape=(6,))
for epoch in range(6):
    kill.at(epoch)
    scores[epoch] = epoch
print(scores.tolist())
print(len(scores))
