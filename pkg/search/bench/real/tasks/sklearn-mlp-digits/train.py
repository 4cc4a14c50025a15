"""Handwritten digits with scikit-learn's neural network."""
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

LEARNING_RATE = 1e-5
HIDDEN = 192

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16.0, y, test_size=0.25, random_state=0)

model = MLPClassifier(hidden_layer_sizes=(HIDDEN,), learning_rate_init=LEARNING_RATE, max_iter=60)
model.fit(X_train, y_train)

print("Test accuracy:", accuracy_score(y_test, model.predict(X_test)))
