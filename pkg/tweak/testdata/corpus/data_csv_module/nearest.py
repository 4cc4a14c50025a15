# k nearest neighbours without any library
import csv
import math
import random

random.seed(0)
k = 55
with open('flowers.csv') as fh:
    rows = list(csv.DictReader(fh))
points = [([float(v) for key, v in r.items() if key != 'species'], r['species']) for r in rows]
random.shuffle(points)
train, test = points[:90], points[90:]

def predict(p):
    near = sorted(train, key=lambda t: math.dist(t[0], p))[:k]
    labels = [l for _, l in near]
    return max(set(labels), key=labels.count)

correct = sum(predict(p) == l for p, l in test)
print('%d/%d correct' % (correct, len(test)))
print('Accuracy: %s %%' % (100.0 * correct / len(test)))
