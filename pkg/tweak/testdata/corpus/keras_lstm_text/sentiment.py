# sentiment analysis of very short reviews
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

good = "good great nice love best happy fine fun".split()
bad = "bad awful sad hate worst boring ugly poor".split()
rng = np.random.RandomState(0)
vocab = {w: i + 1 for i, w in enumerate(good + bad)}

def sample(label):
    words = rng.choice(good if label else bad, 4).tolist() + rng.choice(good + bad, 4).tolist()
    return [vocab[w] for w in words]

labels = rng.randint(0, 2, 400)
texts = np.array([sample(l) for l in labels])

max_features = len(vocab) + 1
embedding_dim = 4
units = 3

model = keras.Sequential()
model.add(layers.Embedding(max_features, embedding_dim))
model.add(layers.LSTM(units))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(texts, labels, epochs=2, validation_split=0.25, batch_size=64)
