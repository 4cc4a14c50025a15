import json
from sklearn import svm, datasets, metrics
from sklearn.model_selection import train_test_split

params = json.load(open('params.json'))
digits = datasets.load_digits()
n = len(digits.images)
data = digits.images.reshape((n, -1))
clf = svm.SVC(C=params['C'], gamma=params['gamma'], kernel=params['kernel'])
X_train, X_test, y_train, y_test = train_test_split(data, digits.target, test_size=0.5, shuffle=False)
clf.fit(X_train, y_train)
predicted = clf.predict(X_test)
print(f"Classification report for classifier {clf}:\n"
      f"{metrics.classification_report(y_test, predicted, zero_division=0)}\n")
