import xgboost as xgb
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=2)
dtrain = xgb.DMatrix(X_train, label=y_train)
dtest = xgb.DMatrix(X_test, label=y_test)

param = {}
param['objective'] = 'multi:softmax'
param['eta'] = 0.01
param['max_depth'] = 1
param['num_class'] = 3
param['eval_metric'] = 'merror'
watchlist = [(dtrain, 'train'), (dtest, 'test')]
num_round = 2
bst = xgb.train(param, dtrain, num_round, evals=watchlist)
pred = bst.predict(dtest)
error_rate = (pred != y_test).sum() / y_test.shape[0]
print('Test error using softmax = {}'.format(error_rate))
