"""Wine quality class from chemistry, nearest neighbours."""
import numpy as np
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import (
    KNeighborsClassifier,
)
from sklearn.preprocessing import StandardScaler

SEED = 7
K = 90


def load():
    X, y = load_wine(return_X_y=True)
    return train_test_split(X, y, test_size=0.4, random_state=SEED, stratify=y)


def main():
    X_train, X_test, y_train, y_test = load()
    scaler = StandardScaler().fit(X_train)
    knn = KNeighborsClassifier(
        n_neighbors=K,  # tried 5 as well
        metric="chebyshev",
    )
    knn.fit(scaler.transform(X_train), y_train)
    proba = knn.predict_proba(scaler.transform(X_test))
    print("AUC: %.3f" % roc_auc_score(y_test, proba, multi_class="ovr"))
    print("Accuracy: %.3f" % accuracy_score(y_test, knn.classes_[np.argmax(proba, axis=1)]))


if __name__ == "__main__":
    main()
