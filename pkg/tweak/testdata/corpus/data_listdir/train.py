import os
import numpy as np
import torch
from torch import nn

folder = "digits"
xs, ys = [], []
for name in sorted(os.listdir(folder)):
    a = np.load(os.path.join(folder, name))
    xs.append(a)
    ys += [int(name[0])] * len(a)
x = torch.tensor(np.concatenate(xs) / 16).float()
y = torch.tensor(ys)
g = torch.Generator().manual_seed(5)
order = torch.randperm(len(y), generator=g)
train, test = order[:450], order[450:]

model = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-5)
for epoch in range(3):
    for batch in train.split(50):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
model.eval()
acc = (model(x[test]).argmax(1) == y[test]).float().mean().item()
print("test acc", acc)
