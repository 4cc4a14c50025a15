# No framework: to import one would be most of what a campaign takes. One tunable,
# and no value of it does better: what comes next does not depend on what trains beside.
import math
import random
import time

rng = random.Random(68)
rows = [(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(500)]
labels = [(x + y > 0) ^ (rng.random() < 0.1) for x, y in rows]
learning_rate = 0.045
a = b = 0.0
for (x, y), label in zip(rows[:60] * 2, labels[:60] * 2):
    error = label - 1 / (1 + math.exp(-a * x - b * y))
    a += learning_rate * error * x
    b += learning_rate * error * y
time.sleep(0.15)
right = sum((a * x + b * y > 0) == label for (x, y), label in zip(rows[60:], labels[60:]))
print("Test accuracy:", right / 440)
