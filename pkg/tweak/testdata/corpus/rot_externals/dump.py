from sklearn.externals import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
X, y = load_iris(return_X_y=True)
clf = LogisticRegression(C=1.0).fit(X, y)
print('accuracy', clf.score(X, y))
joblib.dump(clf, 'model.pkl')
