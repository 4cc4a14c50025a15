from keras.models import Sequential
from keras.layers import *
from keras.optimizers import *
from sklearn.datasets import load_breast_cancer
import os

d = load_breast_cancer()
x = (d.data - d.data.mean(0)) / d.data.std(0)
model = Sequential()
model.add(Input((30,)))
model.add(Dense(3, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer=Adam(0.00001), metrics=['accuracy'])
model.fit(x[:400], d.target[:400], epochs=1)
scores = model.evaluate(x[400:], d.target[400:])
print("%s: %.2f%%" % (model.metrics_names[1], scores[1]*100))
model.save('model.keras')
f = open("result.txt", "w+")
f.write(str(scores[1] * 100))
f.close()
os.system("echo done")
