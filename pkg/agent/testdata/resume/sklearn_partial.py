import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.utils import shuffle

import kill

X, y = load_digits(return_X_y=True)
X = X / 16
models = [SGDClassifier(), MLPClassifier((16,))]
scores = []
for epoch in range(6):
    a, b = shuffle(X, y)
    for model in models:
        model.partial_fit(a, b, classes=np.unique(y))
    kill.at(epoch)
    scores.append([model.score(X, y) for model in models])
print(scores)
print(kill.digest([models[0].coef_] + models[1].coefs_))
