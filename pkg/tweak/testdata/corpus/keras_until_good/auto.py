# keep adding neurons until the accuracy is at least 80
from keras.models import Sequential
from keras.layers import Dense, Input
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=5)

def create(neurons):
  model = Sequential()
  model.add(Input((4,)))
  model.add(Dense(neurons, activation='relu'))
  model.add(Dense(3, activation='softmax'))
  model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
  return model

accuracy = 0
neurons = 1
tries = 0
while accuracy < 80 and tries < 3:
  m = create(neurons)
  m.fit(X_train, y_train, epochs=2, verbose=0)
  accuracy = m.evaluate(X_test, y_test, verbose=0)[1] * 100
  print("neurons", neurons, "accuracy", accuracy)
  neurons *= 2
  tries += 1
