class Config:
    lr = 1e-5
    epochs = 3
    batch_size = 128
    hidden = 5
    dropout = 0.8
