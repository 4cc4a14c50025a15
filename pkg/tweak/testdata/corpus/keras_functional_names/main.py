import numpy as np
from keras.optimizers import RMSprop
from sklearn.datasets import load_digits

import variables as v
from model import build

np.random.seed(v.seed)
data = load_digits()
idx = np.random.permutation(len(data.data))
train, test = idx[:1400], idx[1400:]
net = build(64, 10)
net.compile(RMSprop(learning_rate=v.learning_rate), 'sparse_categorical_crossentropy', metrics=['acc'])
net.summary()
net.fit(data.data[train], data.target[train], v.batch_size, v.epochs)
score = net.evaluate(data.data[test], data.target[test])
print('Test loss:', score[0])
print('Test accuracy:', score[1])
