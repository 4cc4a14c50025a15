from model import build, train_model


def run_training():
    return train_model(build())
