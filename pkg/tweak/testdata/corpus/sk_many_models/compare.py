# -*- coding: utf-8 -*-
"""
Compare several classifiers on the wine data set
"""
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

models = []
models.append(('LR', LogisticRegression(max_iter=300)))
models.append(('KNN', KNeighborsClassifier(n_neighbors=40)))
models.append(('CART', DecisionTreeClassifier(max_depth=2)))
models.append(('SVM', SVC(gamma=10)))

results = {}
for name, model in models:
    model.fit(X_train, y_train)
    acc = accuracy_score(y_test, model.predict(X_test))
    results[name] = acc
    print("%s: %f" % (name, acc))
