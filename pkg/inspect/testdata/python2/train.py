from sklearn.svm import SVC
clf = SVC().fit([[0], [1]], [0, 1])
print "accuracy", clf.score([[0], [1]], [0, 1])
