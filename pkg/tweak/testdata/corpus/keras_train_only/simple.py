import numpy
from keras import models
from keras import layers
from sklearn.datasets import load_breast_cancer
seed = 7
numpy.random.seed(seed)
dataset = load_breast_cancer()
X = dataset.data
Y = dataset.target
model = models.Sequential()
model.add(layers.Dense(12, input_dim=30, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, Y, epochs=2, batch_size=100)
scores = model.evaluate(X, Y)
print("\n%s: %.2f%%" % ('acc', scores[1]*100))
