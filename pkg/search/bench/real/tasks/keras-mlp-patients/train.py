"""Functional Keras network on simulated patient data."""
import numpy as np
from keras.layers import Dense, Dropout, Input
from keras.models import Model
from keras.optimizers import Adam
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

UNITS = 4
DROP = 0.9
EPOCHS = 12


def get_data():
    X, y = make_classification(n_samples=2000, n_features=20, n_informative=10, n_classes=4, n_clusters_per_class=1,
                               class_sep=1.5, random_state=9)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=9)
    sc = StandardScaler()
    return sc.fit_transform(X_train), sc.transform(X_test), y_train, y_test


def get_model(n_features, n_classes):
    inp = Input(shape=(n_features,))
    h = Dense(UNITS, activation="relu")(inp)
    h = Dropout(DROP)(h)
    h = Dense(UNITS, activation="relu")(h)
    h = Dropout(DROP)(h)
    out = Dense(n_classes, activation="softmax")(h)
    model = Model(inp, out)
    model.compile(optimizer=Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


X_train, X_test, y_train, y_test = get_data()
model = get_model(X_train.shape[1], 4)
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=EPOCHS, batch_size=32, verbose=0)
y_pred = np.argmax(model.predict(X_test, verbose=0), axis=1)
print("Accuracy score:", accuracy_score(y_test, y_pred))
