import numpy as np
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
np.savetxt("iris.data", X, delimiter=",")
np.savez("labels.npz", y=y)
