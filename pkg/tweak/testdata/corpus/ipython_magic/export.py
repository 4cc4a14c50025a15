# coding: utf-8

# In[1]:

import matplotlib.pyplot as plt
get_ipython().run_line_magic('matplotlib', 'inline')
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

# In[2]:

X, y = load_iris(return_X_y=True)
knn = KNeighborsClassifier(3)
knn.fit(X[::2], y[::2])
knn.score(X[1::2], y[1::2])
