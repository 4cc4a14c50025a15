# %% [markdown]
# # Wine quality
# Let's classify some wine.

# %%
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.ensemble import AdaBoostClassifier
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split

# %%
wine = load_wine()
X = wine.data[:, [2, 3]]
y = wine.target
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=8)

# %%
ada = AdaBoostClassifier(n_estimators=1)
ada.fit(X_train, y_train)
y_hat = ada.predict(X_test)

# %%
plt.scatter(X[:, 0], X[:, 1], c=y)
plt.show()
accuracy_score(y_test, y_hat)

# %%
confusion_matrix(y_test, y_hat)
