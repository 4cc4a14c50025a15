from xgboost import XGBClassifier
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

hp = dict(n_estimators=2, max_depth=1, learning_rate=0.01, subsample=0.1)
data, target = load_digits(return_X_y=True)
X_train, X_valid, y_train, y_valid = train_test_split(data, target, test_size=.2, random_state=0)
model = XGBClassifier(**hp)
model.fit(X_train, y_train, eval_set=[(X_valid, y_valid)], verbose=False)
print("Validation accuracy", model.score(X_valid, y_valid))
