import numpy as np
import xgboost as xgb
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=13)
dtrain = xgb.DMatrix(X_train, label=y_train)
dtest = xgb.DMatrix(X_test, label=y_test)

params = {
    "objective": "multi:softmax",
    "num_class": 10,
    "eta": 0.3,
    "max_depth": 1,
    "eval_metric": "merror",
}
num_round = 3

bst = xgb.train(params, dtrain, num_round, evals=[(dtest, "test")])
pred = bst.predict(dtest)
print("accuracy: %.4f" % np.mean(pred == y_test))
