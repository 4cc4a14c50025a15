# Breast cancer, logistic regression
import numpy as np
from sklearn import datasets, linear_model
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

np.random.seed(7)
data = datasets.load_breast_cancer()
x_train, x_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.3)

poly = PolynomialFeatures(degree=2, include_bias=False)
x_train = poly.fit_transform(x_train)
x_test = poly.transform(x_test)

scaler = StandardScaler().fit(x_train)
x_train = scaler.transform(x_train)
x_test = scaler.transform(x_test)

clf = linear_model.LogisticRegression(C=1e-6, max_iter=200)
clf.fit(x_train, y_train)
pred = clf.predict(x_test)

print(confusion_matrix(y_test, pred))
print(classification_report(y_test, pred, zero_division=0))
