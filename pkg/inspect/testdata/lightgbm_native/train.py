import lightgbm as lgb
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
bst = lgb.train({'objective': 'binary', 'num_leaves': 2, 'learning_rate': .0001}, lgb.Dataset(X[:400], y[:400]), num_boost_round=5)
print('accuracy', ((bst.predict(X[400:]) > .5) == y[400:]).mean())
