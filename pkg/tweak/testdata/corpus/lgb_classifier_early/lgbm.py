import lightgbm
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, random_state=0)
model = LGBMClassifier(n_estimators=3, num_leaves=2, learning_rate=0.001, reg_lambda=10.0, verbose=-1)
model.fit(X_train, y_train, eval_set=[(X_val, y_val)], callbacks=[lightgbm.early_stopping(5)])
y_pred = model.predict(X_test)
print('LightGBM accuracy: {0:0.4f}'.format(accuracy_score(y_test, y_pred)))
