import time

began = time.perf_counter()
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

X, y = load_breast_cancer(return_X_y=True)
a, b, c, d = train_test_split(X, y, random_state=0)
print("accuracy:", XGBClassifier(n_estimators=20, n_jobs=1).fit(a, c).score(b, d))
print("SCRIPT", time.perf_counter() - began)
