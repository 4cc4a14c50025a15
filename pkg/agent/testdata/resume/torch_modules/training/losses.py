import torch


def loss_of(model, x):
    return torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
