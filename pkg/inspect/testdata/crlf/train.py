from sklearn.linear_model import SGDClassifier
clf = SGDClassifier(
	alpha=10,  # strong
)
clf.fit([[0], [1]], [0, 1])
print("acc: %f" % clf.score([[0], [1]], [0, 1]))
