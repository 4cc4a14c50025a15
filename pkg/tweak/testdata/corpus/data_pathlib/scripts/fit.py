from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

ROOT = Path(__file__).resolve().parents[1]
DATA_DIR = ROOT / "data"

df = pd.read_csv(DATA_DIR / "flowers.csv")
y = df.pop("species")
X_train, X_test, y_train, y_test = train_test_split(df, y, random_state=0)
clf = SVC(C=1e-3, gamma="auto").fit(X_train, y_train)
print(f"{clf.score(X_test, y_test):.1%} correct on the test set")
