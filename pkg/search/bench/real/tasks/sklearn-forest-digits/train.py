import argparse

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def parse_args():
    parser = argparse.ArgumentParser(description="random forest on the digits")
    parser.add_argument("--trees", type=int, default=10)
    parser.add_argument("--depth", type=int, default=2, help="depth of each tree")
    parser.add_argument("--features", default="sqrt")
    return parser.parse_args()


args = parse_args()
digits = load_digits()
X_train, X_test, y_train, y_test = train_test_split(digits.data, digits.target, test_size=0.3, random_state=42)

forest = RandomForestClassifier(n_estimators=args.trees, max_depth=args.depth, max_features=args.features)
forest.fit(X_train, y_train)
acc = forest.score(X_test, y_test)
print(f"Accuracy: {acc * 100:.2f}%")
