# gradient boosting, first attempt
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(21)
X = rng.uniform(-3, 3, size=(3000, 5))
radius = np.hypot(X[:, 0], X[:, 1])
y = (np.floor(radius) % 2).astype(int)

X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=21)

gb = GradientBoostingClassifier(n_estimators=5, learning_rate=0.05, max_depth=1)
gb.fit(X_train, y_train)
print("train", accuracy_score(y_train, gb.predict(X_train)))
print("test", accuracy_score(y_test, gb.predict(X_test)))
