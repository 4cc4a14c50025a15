import time

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:600], y[:600], random_state=0)
model = SGDClassifier(alpha=0.01, random_state=0)
model.fit(X_train, y_train)
time.sleep(0.15)
print("Test accuracy:", model.score(X_test, y_test))
