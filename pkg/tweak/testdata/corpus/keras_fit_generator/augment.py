import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Flatten
from sklearn.datasets import load_digits

d = load_digits()

def batches(images, labels, size=32):
    while True:
        i = np.random.randint(0, len(images), size)
        yield images[i] + np.random.rand(size, 8, 8), labels[i]

model = Sequential([Flatten(input_shape=(8, 8)), Dense(16, activation='relu'), Dense(10, activation='softmax')])
model.compile(optimizer='rmsprop', loss='sparse_categorical_crossentropy', metrics=['acc'])
model.fit_generator(batches(d.images[:1500], d.target[:1500]), steps_per_epoch=20, epochs=2)
print(model.evaluate_generator(batches(d.images[1500:], d.target[1500:]), steps=5))
