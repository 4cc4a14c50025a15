"""LightGBM on the digits."""
from lightgbm import LGBMClassifier
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

N_TREES = 25
ETA = 8.0
LEAVES = 15

if __name__ == "__main__":
    X, y = load_digits(return_X_y=True)
    Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.3, random_state=4)
    gbm = LGBMClassifier(n_estimators=N_TREES, learning_rate=ETA, num_leaves=LEAVES, verbose=-1)
    gbm.fit(Xtr, ytr)
    correct = (gbm.predict(Xte) == yte).sum()
    print("%d of %d right" % (correct, len(yte)))
    print("acc =", gbm.score(Xte, yte))
