# trains and writes submission.csv, the leaderboard has the score
import csv
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier

X, y = load_digits(return_X_y=True)
train, test = X[:1200], X[1200:]
clf = ExtraTreesClassifier(n_estimators=2, max_depth=2, random_state=0)
clf.fit(train, y[:1200])
out = csv.writer(open("submission.csv", "w"))
out.writerow(["id", "label"])
for i, p in enumerate(clf.predict(test)):
    out.writerow([i, p])
