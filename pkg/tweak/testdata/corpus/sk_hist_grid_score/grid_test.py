from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:, :3], y, random_state=0)
search = GridSearchCV(HistGradientBoostingClassifier(max_iter=1), {'learning_rate': [0.0001, 0.001]}, cv=2)
search.fit(X_train, y_train)
print('held-out accuracy', search.score(X_test, y_test))
