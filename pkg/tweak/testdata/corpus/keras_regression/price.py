from keras import Sequential
from keras.layers import Dense, Input
from sklearn.datasets import load_diabetes
X, y = load_diabetes(return_X_y=True)
model = Sequential([Input((10,)), Dense(8, activation='relu'), Dense(1)])
model.compile(optimizer='adam', loss='mse', metrics=['mae'])
model.fit(X[:350], y[:350], epochs=3, verbose=0, validation_split=0.2)
mse, mae = model.evaluate(X[350:], y[350:], verbose=0)
print('mean absolute error', mae)
