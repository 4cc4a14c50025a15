import random

import numpy as np

import kill


class Dice(random.Random):
    sides = 6

    def roll(self):
        self.rolled = getattr(self, "rolled", 0) + 1
        return self.randrange(self.sides)


W, V, U = np.zeros((3, 4)), np.asfortranarray(np.zeros((3, 4))), np.arange(12.0).reshape(3, 4)
row, copied = W[0], W[1]
bits = np.random.PCG64(1)
draw, dice = np.random.Generator(bits), Dice(3)
kept, rolls = [], []
for epoch in range(6):
    kill.at(epoch)
    if epoch == 0:
        flat, columns, last = W.ravel(), V.T[1:3], U[::-1, ::-2]
    if epoch == 1:
        row, copied = W[2], W[1].copy()
        order = np.asfortranarray(np.random.rand(3, 4))
    flat += epoch
    columns += epoch
    last *= 2
    row += 1
    copied += 100
    kept.append(draw.random())
    rolls.append(dice.roll())
    children = draw.spawn(2) if hasattr(draw, "spawn") else []
print(W.tolist(), V.tolist(), U.tolist(), kept, bits.random_raw(), rolls, dice.rolled, copied.tolist())
print(order.flags.f_contiguous, order.ravel("K")[:2], [child.random() for child in children])
