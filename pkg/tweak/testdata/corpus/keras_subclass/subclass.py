import tensorflow as tf
from sklearn.datasets import load_digits


class DigitNet(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = tf.keras.layers.Conv2D(3, 3, activation="relu")
        self.flat = tf.keras.layers.Flatten()
        self.d1 = tf.keras.layers.Dense(8, activation="relu")
        self.d2 = tf.keras.layers.Dense(10)

    def call(self, x):
        return self.d2(self.d1(self.flat(self.conv(x))))


digits = load_digits()
x = (digits.images / 16.0)[..., tf.newaxis].astype("float32")
train_ds = tf.data.Dataset.from_tensor_slices((x[:1500], digits.target[:1500])).shuffle(1500).batch(32)
test_ds = tf.data.Dataset.from_tensor_slices((x[1500:], digits.target[1500:])).batch(32)

model = DigitNet()
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam(learning_rate=0.0001)
test_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name='test_accuracy')

@tf.function
def train_step(images, labels):
    with tf.GradientTape() as tape:
        loss = loss_object(labels, model(images))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss

EPOCHS = 2
for epoch in range(EPOCHS):
    test_accuracy.reset_state()
    for images, labels in train_ds:
        train_step(images, labels)
    for images, labels in test_ds:
        test_accuracy.update_state(labels, model(images))
    print(f'Epoch {epoch + 1}, Test Accuracy: {test_accuracy.result() * 100:0.2f}')
