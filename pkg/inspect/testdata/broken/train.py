from sklearn.svm import SVC
clf = SVC(
clf.fit([[0], [1]], [0, 1])
