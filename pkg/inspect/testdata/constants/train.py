from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

SIZE = 10
Batch = 8
n_epochs = 3
model = Sequential([Dense(SIZE, activation='tanh'), Dense(SIZE, activation='softmax')])
model.compile('adam', 'categorical_crossentropy', ['acc'])
for epochs in [1, 2]:
    model.fit([], [], batch_size=Batch, epochs=epochs)
model.fit([], [], epochs=n_epochs)
