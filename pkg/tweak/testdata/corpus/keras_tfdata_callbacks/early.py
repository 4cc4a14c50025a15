import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'
import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras import regularizers
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
X = X.astype('float32') / 16
ds = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(2000, seed=1, reshuffle_each_iteration=False)
val = ds.take(300).batch(64)
train = ds.skip(300).batch(64)

model = tf.keras.Sequential([
    tf.keras.layers.Dense(6, activation=tf.nn.relu, kernel_regularizer=regularizers.l2(0.1)),
    tf.keras.layers.BatchNormalization(),
    tf.keras.layers.Dense(10, activation=tf.nn.softmax)])
model.compile(optimizer=tf.keras.optimizers.Nadam(1e-5), loss='sparse_categorical_crossentropy', metrics=['sparse_categorical_accuracy'])
es = EarlyStopping(monitor='val_loss', patience=1)
mc = ModelCheckpoint('best.keras', save_best_only=True)
model.fit(train, validation_data=val, epochs=3, callbacks=[es, mc], verbose=2)
print('last:', model.evaluate(val, verbose=0))
