from keras.models import Sequential
from keras.layers import Dense, Dropout, Input
from sklearn.datasets import load_wine
import numpy as np

w = load_wine()
x = (w.data - w.data.mean(0)) / w.data.std(0)
order = np.random.permutation(len(x))
train, val = order[:140], order[140:]

classifier = Sequential()
classifier.add(Input(shape=(13,)))
classifier.add(Dense(units=4, activation='relu'))
classifier.add(Dropout(0.8))
classifier.add(Dense(units=3, activation='softmax'))
classifier.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model = classifier.fit(x[train], w.target[train], epochs=1, validation_data=(x[val], w.target[val]))
scores = model.history['val_accuracy'][-1]
print("Accuracy is : ", scores * 100, "%")
classifier.save('wine_model.h1')
