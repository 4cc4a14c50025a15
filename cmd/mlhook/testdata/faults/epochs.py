import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
a, A, b, B = train_test_split(X[:600], y[:600], random_state=0)
model = SGDClassifier(alpha=0.01, random_state=0)
for epoch in range(90):
    for i in np.random.permutation(len(a) // 64):
        model.partial_fit(a[64 * i : 64 * i + 64], b[64 * i : 64 * i + 64], classes=range(10))
    time.sleep(0.2)
print("Test accuracy:", model.score(A, B))
