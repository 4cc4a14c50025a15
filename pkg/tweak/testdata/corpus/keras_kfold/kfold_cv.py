import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.datasets import load_iris
from keras.models import Sequential
from keras.layers import Dense, Input

X, Y = load_iris(return_X_y=True)
kfold = StratifiedKFold(n_splits=3, shuffle=True, random_state=7)
cvscores = []
for train, test in kfold.split(X, Y):
	model = Sequential()
	model.add(Input(shape=(4,)))
	model.add(Dense(4, activation='relu'))
	model.add(Dense(3, activation='softmax'))
	model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
	model.fit(X[train], Y[train], epochs=3, batch_size=10, verbose=0)
	scores = model.evaluate(X[test], Y[test], verbose=0)
	print("%.2f%%" % (scores[1]*100))
	cvscores.append(scores[1] * 100)
print("%.2f%% (+/- %.2f%%)" % (np.mean(cvscores), np.std(cvscores)))
