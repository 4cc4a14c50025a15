from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier
X, y = load_iris(return_X_y=True)
for depth in range(1, 4):
    clf = DecisionTreeClassifier(max_depth=depth)
    clf.fit(X, y)
  print(depth, clf.score(X, y))
