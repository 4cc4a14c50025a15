# all the settings in one place
epochs = 2
batch_size = 256
learning_rate = 0.0005
seed = 10
