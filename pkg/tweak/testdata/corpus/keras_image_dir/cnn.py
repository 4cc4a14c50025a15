import tensorflow as tf
from tensorflow.keras import layers, models

IMG = (16, 16)
train_ds = tf.keras.utils.image_dataset_from_directory('dataset/train', image_size=IMG, batch_size=16, seed=1)
test_ds = tf.keras.utils.image_dataset_from_directory('dataset/test', image_size=IMG, batch_size=16, shuffle=False)

model = models.Sequential([
    layers.Rescaling(1./255, input_shape=(16, 16, 3)),
    layers.Conv2D(2, (3, 3), activation='relu'),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(2, activation='relu'),
    layers.Dense(1, activation='sigmoid'),
])
model.compile(optimizer=tf.keras.optimizers.SGD(1e-4), loss='binary_crossentropy', metrics=['accuracy'])
model.fit(train_ds, epochs=1)
print('Test accuracy:', model.evaluate(test_ds)[1])
