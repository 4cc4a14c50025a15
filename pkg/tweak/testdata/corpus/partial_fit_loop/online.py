import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

digits = load_digits()
X, y = digits.data / 16, digits.target
model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=1e-5, random_state=0)
n_epochs = 2
for epoch in range(n_epochs):
    for i in range(0, 1500, 100):
        model.partial_fit(X[i:i + 100], y[i:i + 100], classes=np.arange(10))
    print("epoch", epoch, "test accuracy", model.score(X[1500:], y[1500:]))
