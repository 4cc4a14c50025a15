"""Extremely randomised trees on sensor readings, judged by cross-validation."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import cross_val_score

X, y = make_classification(n_samples=6000, n_features=20, n_informative=8, n_redundant=4, n_classes=4,
                           n_clusters_per_class=1, class_sep=1.6, random_state=5)

params = {
    "n_estimators": 80,
    "min_samples_leaf": 1250,   # taken over from the big data set
    "max_features": 2,
}

scores = cross_val_score(ExtraTreesClassifier(**params), X, y, cv=3)
print("scores", np.round(scores, 3))
print("mean accuracy %.3f" % scores.mean())
