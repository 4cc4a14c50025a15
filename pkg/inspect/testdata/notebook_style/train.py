from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
import sklearn.datasets as ds
X, y = ds.load_iris(return_X_y=True)
print(LogisticRegression().fit(X, y).score(X, y))
rf = RandomForestClassifier(n_estimators = 1, max_depth = 1, n_jobs=-1); rf.fit(X, y)
