from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def build(trees=1):
    return RandomForestClassifier(n_estimators=trees, random_state=0)


def train_model(model):
    X, y = load_wine(return_X_y=True)
    a, A, b, B = train_test_split(X, y, random_state=0)
    model.fit(a, b)
    return model.score(A, B)
