import numpy as np
from sklearn.datasets import load_digits
from keras import models, layers

(images, labels) = load_digits(return_X_y=True)
train_images = images[:1600]
test_images = images[1600:]
train_images = train_images.reshape((1600, 8 * 8))
test_images = test_images.reshape((197, 8 * 8))

network = models.Sequential()
network.add(layers.Dense(16, activation='relu', input_shape=(8 * 8,)))
network.add(layers.Dense(16, activation='relu'))
network.add(layers.Dense(10, activation='softmax'))
network.compile(optimizer='rmsprop', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
network.fit(train_images, labels[:1600], epochs=1, batch_size=512)
test_loss, test_acc = network.evaluate(test_images, labels[1600:])
print('test_acc:', test_acc)
