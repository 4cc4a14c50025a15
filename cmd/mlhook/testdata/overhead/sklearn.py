import time

began = time.perf_counter()
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
a, b, c, d = train_test_split(X, y, random_state=0)
print("accuracy:", SVC().fit(a, c).score(b, d))
print("SCRIPT", time.perf_counter() - began)
