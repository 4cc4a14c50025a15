from sklearn.datasets import load_digits
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
X, y = load_digits(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=.4, random_state=0)
dt = DecisionTreeClassifier(criterion='gini', max_depth=2, min_samples_split=40, random_state=0)
dt.fit(Xtr, ytr)
print('Test accuracy  %.3f' % accuracy_score(yte, dt.predict(Xte)))
print('Train accuracy %.3f' % accuracy_score(ytr, dt.predict(Xtr)))
