import numpy as np
from numpy import loadtxt
DATA_FILE = 'iris.data'
X = loadtxt(DATA_FILE, delimiter=',')
y = np.load('labels.npz')['y']

# one perceptron per class, no library
n_iter = 2
eta = 0.0001
rng = np.random.default_rng(0)
order = rng.permutation(150)
tr, te = order[:100], order[100:]
W = np.zeros((3, 5))
Xb = np.c_[X, np.ones(150)]
for _ in range(n_iter):
    for i in tr:
        p = (W @ Xb[i]).argmax()
        if p != y[i]:
            W[y[i]] += eta * Xb[i]
            W[p] -= eta * Xb[i]
print(((W @ Xb[te].T).argmax(0) == y[te]).mean())
