from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, cross_val_score
X, y = load_iris(return_X_y=True)
cv = KFold(n_splits=10, random_state=7)
print(cross_val_score(RandomForestClassifier(n_estimators=10), X, y, cv=cv).mean())
