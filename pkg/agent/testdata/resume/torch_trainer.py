import copy

import torch
from torch import nn

import kill


class EMA:
    def __init__(self, model, decay):
        self.model, self.decay = copy.deepcopy(model), decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    def update(self, model):
        for mine, other in zip(self.model.parameters(), model.parameters()):
            mine.data.mul_(self.decay).add_(other.data, alpha=1 - self.decay)


class Net(nn.Module):
    calls = 0

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU())
        self.head = nn.Linear(32, 2)
        self.activation = torch.tanh

    def forward(self, x):
        Net.calls += 1
        return self.head(self.activation(self.body(x)))


class Trainer:
    def __init__(self, model, generator):
        self.model, self.generator = model, generator
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        self.ema = EMA(model, 0.9)
        self.__history = []
        self.report = lambda text: self.__history.append(text)
        self.lock = __import__("threading").Lock()

    def step(self, x):
        loss = nn.functional.cross_entropy(self.model(x), (x[:, 0] > 0).long())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.ema.update(self.model)
        return loss.item()

    def fit(self, epochs):
        for self.epoch in range(epochs):
            with self.lock:
                x = torch.randn(64, 10, generator=self.generator)
                loss = self.step(x)
            kill.at(self.epoch)
            self.report(loss)
        return self.__history


trainer = Trainer(Net(), torch.Generator().manual_seed(7))
print(trainer.fit(6), trainer.epoch, Net.calls)
print(kill.weights(trainer.model), kill.weights(trainer.ema.model))
