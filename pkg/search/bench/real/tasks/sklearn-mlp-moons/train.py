from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def load():
    X, y = make_moons(n_samples=5000, noise=0.15, random_state=3)
    return train_test_split(X, y, test_size=0.3, random_state=3)


def main():
    X_train, X_test, y_train, y_test = load()
    pipe = Pipeline([
        ("scale", StandardScaler()),
        ("net", MLPClassifier(hidden_layer_sizes=(2,), alpha=5.0, activation="tanh", max_iter=150)),
    ])
    pipe.fit(X_train, y_train)
    print("train score %.3f" % pipe.score(X_train, y_train))
    print("test score  %.3f" % pipe.score(X_test, y_test))


if __name__ == "__main__":
    main()
