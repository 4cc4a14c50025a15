# a new architecture every time :-)
import random
from keras.models import Sequential
from keras.layers import Dense, Input
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
layer_count = random.randint(1, 3)
model = Sequential()
model.add(Input(shape=(4,)))
for i in range(layer_count):
    model.add(Dense(units=random.choice([4, 8, 16]), activation='relu'))
model.add(Dense(3, activation='softmax'))
model.compile(optimizer='sgd', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=random.randint(1, 3), verbose=0)
print("layers", layer_count, "accuracy", model.evaluate(X_test, y_test, verbose=0)[1])
