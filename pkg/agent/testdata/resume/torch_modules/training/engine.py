import torch

import kill

from .losses import loss_of

STEPS = 0


def step(model, optimizer):
    global STEPS
    STEPS += 1
    loss = loss_of(model, torch.randn(64, 6))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def fit(model, optimizer, epochs):
    history = {}
    for epoch in range(epochs):
        history[epoch] = [step(model, optimizer) for _ in range(3)]
        kill.at(epoch)
    return history
