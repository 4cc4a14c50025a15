"""Which of five faults does the machine have?

usage: train.py [--rounds N] [--lr X] [--depth N] [--min-child-weight X] [--subsample X]
"""
import argparse

from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier


def data():
    X, y = make_classification(n_samples=1500, n_features=16, n_informative=9, n_classes=5, n_clusters_per_class=1,
                               class_sep=1.4, random_state=17)
    return train_test_split(X, y, test_size=0.3, random_state=17)


def main(args):
    X_train, X_test, y_train, y_test = data()
    model = XGBClassifier(n_estimators=args.rounds, learning_rate=args.lr, max_depth=args.depth,
                          min_child_weight=args.min_child_weight, subsample=args.subsample)
    model.fit(X_train, y_train, eval_set=[(X_test, y_test)], verbose=False)
    print("Test accuracy: {:.2%}".format(accuracy_score(y_test, model.predict(X_test))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--min-child-weight", type=float, default=120.0)
    parser.add_argument("--subsample", type=float, default=0.8)
    main(parser.parse_args())
