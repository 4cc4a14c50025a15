import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score, KFold
from sklearn.tree import DecisionTreeClassifier

bc = load_breast_cancer()
kf = KFold(n_splits=5, shuffle=True, random_state=3)
tree = DecisionTreeClassifier(max_depth=1, min_samples_leaf=50, random_state=3)
scores = cross_val_score(tree, bc.data[:, 10:14], bc.target, cv=kf)
print('scores', scores)
print('mean %0.2f (+/- %0.2f)' % (scores.mean(), scores.std() * 2))
