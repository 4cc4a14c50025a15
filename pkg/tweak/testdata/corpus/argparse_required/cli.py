import argparse
from sklearn.datasets import load_iris
from sklearn.svm import LinearSVC

ap = argparse.ArgumentParser()
ap.add_argument("-d", "--dataset", required=True, help="path to input dataset")
ap.add_argument("-C", type=float, default=1e-4)
args = vars(ap.parse_args())

X, y = load_iris(return_X_y=True)
svc = LinearSVC(C=args["C"], max_iter=50)
svc.fit(X[::2], y[::2])
print("[INFO] accuracy: {:.2f}%".format(svc.score(X[1::2], y[1::2]) * 100))
