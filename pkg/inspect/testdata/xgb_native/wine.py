import xgboost as xgb
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=3)
params = {
    "objective": "multi:softmax",
    "num_class": 3,
    'max_depth': 1,
    "seed": 3,
}
params["eta"] = 0.0001
num_round = 1
bst = xgb.train(params, xgb.DMatrix(X_train, label=y_train), num_round)
print("accuracy", accuracy_score(y_test, bst.predict(xgb.DMatrix(X_test))))
