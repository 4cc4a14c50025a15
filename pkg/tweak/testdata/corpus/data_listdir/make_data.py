import os
import numpy as np
from sklearn.datasets import load_digits
X, y = load_digits(return_X_y=True)
os.makedirs("digits")
for k in range(10):
    np.save("digits/%d.npy" % k, X[y == k][:60])
