import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
X, y = load_breast_cancer(return_X_y=True)
xt, xv, yt, yv = train_test_split(X, y, random_state=4)
params = {'eta': 0.02, 'max_depth': 2, 'subsample': 0.2, 'colsample_bytree': 0.1, 'objective': 'binary:logistic', 'eval_metric': 'auc', 'seed': 99}
watchlist = [(xgb.DMatrix(xt, yt), 'train'), (xgb.DMatrix(xv, yv), 'valid')]
model = xgb.train(params, xgb.DMatrix(xt, yt), 5, watchlist, maximize=True, verbose_eval=1)
