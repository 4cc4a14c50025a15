import sys
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron

# usage: train.py <max_iter>
n_iter = int(sys.argv[1])
X, y = load_iris(return_X_y=True)
p = Perceptron(max_iter=n_iter)
p.fit(X[::2], y[::2])
print("acc", p.score(X[1::2], y[1::2]))
