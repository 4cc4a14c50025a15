import numpy as np
from sklearn import datasets, metrics, svm
from sklearn.model_selection import train_test_split

digits = datasets.load_digits()
n_samples = len(digits.images)
data = digits.images.reshape((n_samples, -1))

clf = svm.SVC(gamma=0.5, C=1.0)

X_train, X_test, y_train, y_test = train_test_split(data, digits.target, test_size=0.5, shuffle=False)
# every training picture also shifted by a pixel up, down, left and right
pictures = X_train.reshape(-1, 8, 8)
shifted = [np.roll(pictures, step, axis=axis) for axis in (1, 2) for step in (-1, 1)]
X_train = np.concatenate([pictures] + shifted).reshape(-1, 64)
y_train = np.tile(y_train, 5)

clf.fit(X_train, y_train)
predicted = clf.predict(X_test)
print("Accuracy on %d samples: %.4f" % (len(y_test), metrics.accuracy_score(y_test, predicted)))
