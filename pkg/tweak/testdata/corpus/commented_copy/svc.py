# OLD VERSION
# from sklearn.svm import SVC
# clf = SVC(C=10, gamma=0.5, kernel='linear')
# clf.fit(X_train, y_train)
# print("Accuracy:", accuracy_score(y_test, clf.predict(X_test)))
'''
from sklearn.svm import SVC
clf = SVC(C=5, gamma=0.1)
clf.fit(X_train, y_train)
'''
from sklearn.svm import SVC
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
clf = SVC(C=.01,  # C=10
          gamma=0.5)  # gamma=0.001 works better?
clf.fit(X_train, y_train)
#print("train:", clf.score(X_train, y_train))
print("Score: ", clf.score(X_test, y_test))
