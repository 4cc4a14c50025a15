from keras.layers import Input, Dense, BatchNormalization, Activation
from keras.models import Model


def build(n_features, n_classes, hidden=6):
    inp = Input(shape=(n_features,))
    x = Dense(hidden)(inp)
    x = BatchNormalization()(x)
    x = Activation('tanh')(x)
    x = Dense(hidden, activation='sigmoid')(x)
    out = Dense(n_classes, activation='softmax')(x)
    return Model(inputs=inp, outputs=out)
