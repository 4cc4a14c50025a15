import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=8, stratify=y)

param = {}
param["objective"] = "multiclass"
param["num_class"] = 3
param["learning_rate"] = 0.1
param["num_leaves"] = 15
param["min_data_in_leaf"] = 60
param["verbose"] = -1

train_set = lgb.Dataset(X_train, y_train)
valid_set = lgb.Dataset(X_test, y_test, reference=train_set)
booster = lgb.train(param, train_set, num_boost_round=30, valid_sets=[valid_set])

pred = np.argmax(booster.predict(X_test), axis=1)
print("wine accuracy", accuracy_score(y_test, pred))
