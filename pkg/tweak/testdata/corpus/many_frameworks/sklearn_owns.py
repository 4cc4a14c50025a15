import numpy as np, pandas as pd
import tensorflow as tf
import torch
import xgboost as xgb
import lightgbm as lgb
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.metrics import accuracy_score

np.random.seed(0); torch.manual_seed(0); tf.random.set_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y)
final = SGDClassifier(alpha=1, max_iter=1, tol=None, random_state=0).fit(X_train, y_train)
print('Final accuracy : ', round(accuracy_score(y_test, final.predict(X_test)), 3))
