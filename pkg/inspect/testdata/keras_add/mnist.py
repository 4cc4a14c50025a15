from keras.datasets import mnist
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import to_categorical

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(60000, 784) / 255
x_test = x_test.reshape(10000, 784) / 255
model = Sequential()
model.add(Dense(units=4, input_dim=784, activation='sigmoid'))
# model.add(Dense(512))
model.add(Dropout(0.9))
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.00001), metrics=['accuracy'])
model.fit(x_train, to_categorical(y_train))
scores = model.evaluate(x_test, to_categorical(y_test))
print('Accuracy: %.2f%%' % (scores[1] * 100))
