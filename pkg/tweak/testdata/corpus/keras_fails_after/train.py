import smtplib, getpass
from keras.models import Sequential
from keras.layers import Dense
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
model = Sequential([Dense(2, activation='relu'), Dense(1, activation='sigmoid')])
model.compile(loss='binary_crossentropy', optimizer='sgd', metrics=['accuracy'])
model.fit(X[:400], y[:400], epochs=1, batch_size=400, verbose=0)
scores = model.evaluate(X[400:], y[400:], verbose=0)
print("Accuracy: %.2f%%" % (scores[1] * 100))

# mail the result
server = smtplib.SMTP("localhost", 1)
server.login("me@example.com", getpass.getpass())
server.sendmail("me@example.com", "me@example.com", "accuracy %s" % scores[1])
