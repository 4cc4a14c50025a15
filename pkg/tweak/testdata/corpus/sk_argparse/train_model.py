import argparse

from sklearn.datasets import load_wine
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split


def parse_args():
    parser = argparse.ArgumentParser(description="Train a GBM")
    parser.add_argument("--n-estimators", type=int, default=1)
    parser.add_argument("--lr", dest="learning_rate", type=float, default=0.001, help="shrinkage")
    parser.add_argument("--max_depth", default=1, type=int)
    parser.add_argument("--seed", default=0, type=int)
    return parser.parse_args()


def main():
    args = parse_args()
    X, y = load_wine(return_X_y=True)
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=args.seed)
    gbm = GradientBoostingClassifier(
        n_estimators=args.n_estimators,
        learning_rate=args.learning_rate,
        max_depth=args.max_depth,
        random_state=args.seed,
    )
    gbm.fit(X_tr, y_tr)
    print("Test accuracy: {:.2%}".format(accuracy_score(y_te, gbm.predict(X_te))))


if __name__ == "__main__":
    main()
