from keras.datasets import mnist
from sklearn.neighbors import KNeighborsClassifier

(x_train, y_train), (x_test, y_test) = mnist.load_data()
knn = KNeighborsClassifier(500)
knn.fit(x_train.reshape(-1, 784), y_train)
print(knn.score(x_test.reshape(-1, 784), y_test))
