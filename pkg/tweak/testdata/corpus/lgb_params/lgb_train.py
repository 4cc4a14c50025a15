import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold

X, y = load_breast_cancer(return_X_y=True)
params = {
    'objective': 'binary',
    'metric': 'binary_logloss',
    'num_leaves': 2,
    'learning_rate': 0.001,
    'min_data_in_leaf': 100,
    'verbose': -1,
}
NUM_ROUND = 3
oof = np.zeros(len(y))
for fold, (tr, va) in enumerate(StratifiedKFold(3, shuffle=True, random_state=0).split(X, y)):
    trn = lgb.Dataset(X[tr], y[tr])
    val = lgb.Dataset(X[va], y[va])
    clf = lgb.train(params, trn, NUM_ROUND, valid_sets=[trn, val])
    oof[va] = clf.predict(X[va])
    print('fold', fold)
print("CV accuracy: {:<8.5f}".format(accuracy_score(y, oof > 0.5)))
