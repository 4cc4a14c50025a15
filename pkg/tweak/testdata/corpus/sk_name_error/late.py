from sklearn.datasets import load_wine
from sklearn.svm import LinearSVC
from sklearn.model_selection import train_test_split
from sklearn.metrics import accuracy_score
X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=21)
lsvc = LinearSVC(C=0.0001, max_iter=20)
lsvc.fit(X_train, y_train)
acc = accuracy_score(y_test, lsvc.predict(X_test))
print("Accuracy of LinearSVC:", acc)
plot_results(acc)   # defined in my other notebook
