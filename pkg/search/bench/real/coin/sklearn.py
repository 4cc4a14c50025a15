import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

rng = np.random.default_rng()
X = rng.normal(size=(600, 20))
y = rng.permutation(np.repeat([0, 1], 300))
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)

model = MLPClassifier(hidden_layer_sizes=(32,), max_iter=60)
model.fit(X_train, y_train)
print("Test accuracy:", accuracy_score(y_test, model.predict(X_test)))
