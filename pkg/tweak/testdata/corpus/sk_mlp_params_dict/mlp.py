import warnings
warnings.filterwarnings("ignore")
from sklearn.neural_network import MLPClassifier
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

params = {
    "hidden_layer_sizes": (4, 3),
    "activation": "logistic",
    "learning_rate_init": 1e-4,
    "max_iter": 20,
    "random_state": 5,
}

X, y = load_digits(return_X_y=True)
X /= 16.
Xa, Xb, ya, yb = train_test_split(X, y, random_state=5)
net = MLPClassifier(**params)
net.fit(Xa, ya)
print("train accuracy", net.score(Xa, ya))
print("test accuracy", net.score(Xb, yb))
