import lightgbm as lgb
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

X, y = load_wine(return_X_y=True)
X_train, X_valid, y_train, y_valid = train_test_split(X, y, random_state=3)
train_set = lgb.Dataset(X_train, label=y_train)
valid_set = lgb.Dataset(X_valid, label=y_valid, reference=train_set)
params = dict(objective='multiclass', num_class=3, metric='multi_error', learning_rate=1e-3, num_leaves=2, verbosity=-1)
model = lgb.train(params, train_set, num_boost_round=2, valid_sets=[valid_set])
