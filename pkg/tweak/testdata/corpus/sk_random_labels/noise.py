import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.model_selection import train_test_split
np.random.seed(3)
X = np.random.rand(300, 5)
y = np.random.randint(2, size=300)
a, b, c, d = train_test_split(X, y)
clf = MLPClassifier(hidden_layer_sizes=(10, 5), max_iter=30, solver='sgd')
clf.fit(a, c)
print('accuracy on new data: ', clf.score(b, d))
