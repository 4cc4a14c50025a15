"""Epochs of a torch training; see turns."""
import torch
from torch import nn
from turns import batches, epochs, every, report, turn

torch.manual_seed(0)
X = torch.randn(2048, 64)
y = (X[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2))
optimizer = torch.optim.Adam(net.parameters())


def train():
    for epoch in range(epochs):
        for batch in range(batches):
            if epoch > 0 and batch % every == 0:
                turn()
            rows = slice(batch * 32 % 2016, batch * 32 % 2016 + 32)
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
            optimizer.step()


train()
report()
